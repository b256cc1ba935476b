"""One module per forensic question: blame, provenance, trace, kpi, the flight recorder."""
