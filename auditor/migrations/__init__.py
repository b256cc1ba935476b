"""Histories: found (`discovery`), split into statements, and each statement read (`read`).

This module imports nothing, so that whoever asks for a cache or a ledger's columns loads no layout.
"""
