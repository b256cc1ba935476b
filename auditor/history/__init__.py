"""Effects folded into object lives; who owns them; the class of each migration.

This module imports nothing, so that whoever asks for ownership alone does not load the fold.
"""
