"""No repr of an event or an outcome shows what a message says: paths and bodies may hold values."""

import pytest

from mesh.exchange.events import Body, Failure, Head, Outcome
from mesh.message.facts import Facts, Operation
from mesh.policy.decide import refuse
from mesh.policy.decision import Reason
from phiscan.finding import ScanReport

VALUE = "512-44-9031"
FACTS = Facts(operation=Operation("GET", f"/patients/{VALUE}"))


@pytest.mark.parametrize(
    "shown",
    [
        Head(FACTS),
        Body(VALUE.encode(), end=True),
        Failure(Reason.DRAINING, FACTS),
        Outcome(FACTS, refuse(Reason.DRAINING), ScanReport(), VALUE.encode()),
    ],
    ids=lambda shown: type(shown).__name__,
)
def test_a_repr_shows_no_content(shown):
    assert VALUE not in repr(shown)
    assert "Facts" not in repr(shown)
    assert "Operation" not in repr(shown)
