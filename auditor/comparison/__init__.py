"""What differs between two snapshots of a catalog, and what a difference comes from."""
