"""What must be true of the core, declared in `classifications.yaml`, and whether a snapshot keeps it."""
