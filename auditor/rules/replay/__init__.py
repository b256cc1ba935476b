"""Rules about the replay: what the migrations really did, against what was read from their text."""
