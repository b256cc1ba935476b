"""What several audits are put together from; the audits themselves are one floor up."""
