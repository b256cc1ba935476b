"""Rules about a change: what it adds, edits and deletes, against the branch that it is to be merged into.

In their examples `fork/FILE` is a file where the change began, `main/FILE` one that the base has got since, and
`FILE` one of the change.
"""
