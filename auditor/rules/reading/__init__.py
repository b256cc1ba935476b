"""Rules about what could not be read, or not be understood, in the migrations."""
