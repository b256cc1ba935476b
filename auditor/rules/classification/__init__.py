"""Rules about who owns what the migrations touch."""
