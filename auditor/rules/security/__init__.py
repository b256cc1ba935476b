"""Rules over who may run what as whom."""
