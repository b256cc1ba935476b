"""Rules about the live flow of events, jobs and runs."""
