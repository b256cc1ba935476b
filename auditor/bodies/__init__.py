"""Function bodies as the rules see them: which names are in sight, which paths lead to the end, who calls whom.

A :class:`~auditor.bodies.scene.Scene` is made from a catalog (live or replayed) or, where none could be replayed,
from the history alone; the other modules are pure questions about one routine of it.
"""
