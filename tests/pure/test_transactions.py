"""Transaction ids over the rounds of their 32-bit number."""

import pytest

from auditor.forensics.transactions import ROUND, Clock


@pytest.mark.parametrize(
    ("next_xid", "xid", "horizon", "full"),
    [
        (1000, 999, 3, 999),
        (1000, 500, 900, 500),  # frozen, but in the first round there is one number only
        (1000, 1000, 3, None),  # not given out yet: the row is of another cluster
        (1000, 2, 3, None),
        (1000, 1, 3, None),
        (ROUND + 1000, 999, 900, ROUND + 999),
        (ROUND + 1000, ROUND - 5, ROUND - 10, ROUND - 5),
        (ROUND + 1000, 500, 900, None),  # frozen: of this round or of the first
        (ROUND + 1000, 500, 0, None),
        (3 * ROUND + 10, ROUND - 1, ROUND - 2, 3 * ROUND - 1),
    ],
)
def test_an_id_is_placed_only_where_it_can_be(next_xid: int, xid: int, horizon: int, full: int | None) -> None:
    clock = Clock(next_xid)
    assert clock.full(xid, horizon) == full
    if full is None:
        assert clock.why_unknown(xid)


def test_the_reason_fits() -> None:
    assert "initdb" in Clock(1000).why_unknown(1)
    assert "another cluster" in Clock(1000).why_unknown(2000)
    assert "started again 2 times" in Clock(2 * ROUND + 1000).why_unknown(500)
