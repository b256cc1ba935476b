"""Effects folded into object lives; who owns them; the class of each migration."""

from auditor.history.classification import Classification, Override, Reason, classify
from auditor.history.fold import History, fold
from auditor.history.lives import Definition, Life
from auditor.history.ownership import Ownership, OwnershipEntry

__all__ = [
    "Classification",
    "Definition",
    "History",
    "Life",
    "Override",
    "Ownership",
    "OwnershipEntry",
    "Reason",
    "classify",
    "fold",
]
