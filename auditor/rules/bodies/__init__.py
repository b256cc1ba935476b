"""Rules over what functions do when they are called."""
