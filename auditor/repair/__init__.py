"""SQL that mends: from what an object is to what it should be. It is shown, never run."""
