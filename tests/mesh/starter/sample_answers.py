"""Answers for the tests of what is written from them: fixed ones, and any."""

from hypothesis import strategies as st

from mesh.starter.answers import Answers, Call, Outside, read_calls, read_outside, read_services
from mesh.starter.purposes import Purpose

_LABELS = ("clinic/ehr", "finance/billing@billing-api", "lab/ehr", "on/off", "null/1", "a/b-to-c")
_HOSTS = ("edi.example.com", "*.example.org", "on.example.com")


def clinic(*, enforces=False):
    """A clinic with a call for each purpose, one without PHI, and two hosts outside."""
    services = read_services(["clinic/ehr", "finance/billing@billing-api", "research/data"])
    calls = read_calls(
        services,
        ["clinic/ehr:research/data"],
        [
            "clinic/ehr:finance/billing=payment",
            "finance/billing:clinic/ehr=operations",
            "research/data:clinic/ehr=research",
            "research/data:finance/billing=treatment",
        ],
    )
    outside = read_outside(
        services, ["finance/billing:edi.example.com=payment", "clinic/ehr:*.example.org"]
    )
    return Answers(services, calls, outside, enforces)


@st.composite
def answers(draw):
    """Any answers that can be given, names that YAML could take for something else among them."""
    services = read_services(draw(st.lists(st.sampled_from(_LABELS), min_size=1, unique=True)))
    purposes = st.sampled_from((None, *Purpose))
    pairs = [(a, b) for a in services for b in services if a != b]
    calls = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    leaving = [(each, host) for each in services for host in _HOSTS]
    outside = draw(st.lists(st.sampled_from(leaving), unique=True, max_size=4))
    return Answers(
        services,
        tuple(Call(*ends, draw(purposes)) for ends in calls),
        tuple(Outside(*ends, draw(purposes)) for ends in outside),
        draw(st.booleans()),
    )
