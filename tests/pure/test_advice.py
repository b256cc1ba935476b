"""What to do about a revision that needs its project, from the message alone."""

import pytest

from auditor.model.advice import advice


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("the revision cannot be loaded: KeyError: 'APP_ENVIRONMENT'", "APP_ENVIRONMENT"),
        ("ModuleNotFoundError: No module named 'celery'", "requirements"),
        ("upgrade() uses app.models, which cannot be imported (ImportError: no)", "requirements"),
        ("upgrade() raised AttributeError: module 'alembic.op' has no attribute 'x' in line 3", "extension"),
        ("KeyError: 'row'", None),
        ('relation "jobs" does not exist', None),
    ],
)
def test_advice(message: str, told: str | None) -> None:
    found = advice(message)
    assert (found is None) == (told is None)
    assert told is None or told in str(found)
