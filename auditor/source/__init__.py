"""Runtime source code: which tables it reads and writes, which functions it calls.

This module imports nothing, so that a run without guards loads no grammar.
"""
