"""A wrong answer counts as wrong, and a message that could not be judged does not."""

import pytest

from e2e.soak.traffic import Tally, shots
from extauthz.demo import payloads

_DENIED = next(shot for shot in shots() if shot.status == 403)
_ALLOWED = next(shot for shot in shots() if shot.status == 200)


def taken(shot, status, body=b"") -> Tally:
    tally = Tally()
    tally.take(shot, status, "REASON", body)
    return tally


@pytest.mark.parametrize("shot", [_DENIED, _ALLOWED])
def test_the_expected_answer_is_right(shot):
    tally = taken(shot, shot.status)

    assert (tally.right[shot.name], tally.wrong, tally.answered) == (1, 0, 1)


@pytest.mark.parametrize(
    ("shot", "status", "body"),
    [
        (_DENIED, 200, b""),
        (_ALLOWED, 403, b""),
        (_DENIED, 403, payloads.SSN.encode()),
        (_DENIED, 503, payloads.SSN.encode()),
    ],
)
def test_another_answer_and_a_value_in_a_denial_are_wrong(shot, status, body):
    tally = taken(shot, status, body)

    assert (tally.wrong, tally.answered, len(tally.shown)) == (1, 1, 1)
    assert not tally.right


@pytest.mark.parametrize("shot", [_DENIED, _ALLOWED])
def test_a_failure_of_the_guard_is_no_verdict(shot):
    tally = taken(shot, 503)

    assert dict(tally.refused) == {"503 REASON": 1}
    assert tally.wrong == 0


def test_tallies_add_up():
    tally = taken(_DENIED, 200)
    tally.add(taken(_ALLOWED, 200))
    tally.add(taken(_ALLOWED, 503))

    assert (tally.answered, tally.wrong, tally.right[_ALLOWED.name]) == (3, 1, 1)
