"""Rules about `classifications.yaml` itself: nothing in it is left to rot."""
