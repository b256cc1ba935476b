"""Rules over what nobody uses any more."""
