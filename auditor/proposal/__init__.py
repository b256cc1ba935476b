"""A first `classifications.yaml`: what the triggers, functions and keys of a history say of it."""
