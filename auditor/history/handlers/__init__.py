"""What each change does to the catalog in memory, one module for each family of statements."""
