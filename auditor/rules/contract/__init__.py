"""Rules about the contract of the core: what `contract:` declares and the catalog or the history breaks."""
