"""`classifications.yaml`, typed: what it may say, read with every problem at its line and column."""
