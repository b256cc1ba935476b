"""Rules about the gates of phases."""
