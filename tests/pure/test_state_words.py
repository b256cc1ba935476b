"""An enabled state in words."""

from __future__ import annotations

import pytest

from auditor.contract.triggers import state_word


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("origin", "enabled"),
        ("replica", "enabled on replicas only"),
        ("disabled", "disabled"),
        # A foreign key is checked by several triggers, which DISABLE TRIGGER ALL turns off on one table only.
        ("disabled, origin", "disabled and enabled"),
    ],
)
def test_state(state: str, words: str) -> None:
    assert state_word(state) == words
