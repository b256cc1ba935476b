"""The history run in a PostgreSQL that is thrown away afterwards, and what it really did."""
