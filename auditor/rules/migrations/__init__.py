"""Rules over what migrations do to the core."""
