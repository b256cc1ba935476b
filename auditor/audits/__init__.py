"""One module per command: `run(settings) -> Report`. What they share is in `auditor.audits.parts.inputs`."""
