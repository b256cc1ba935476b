"""Rules about a live database that is not what the history and the contract say it is."""
