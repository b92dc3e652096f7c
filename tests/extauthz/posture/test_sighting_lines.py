"""Sightings as lines: what is cut off says nothing."""

import pytest

from extauthz.posture import sighting_lines
from extauthz.posture.collection import Ledgers
from extauthz.posture.sighting_lines import SightingError
from mesh.message.facts import Vantage
from mesh.posture.observed import Sighting

EHR = "cluster.local/ns/clinic/sa/ehr"
LEDGERS = Ledgers(
    (
        Sighting(EHR, Vantage.INBOUND, "phiguard-0", 3, 60.5, mutual=60.5, policy="a" * 64),
        Sighting(EHR, Vantage.OUTBOUND, "phiguard-1", 1, 7.0, plain=1.0, looked_on=2.0, blind=3.0),
    ),
    frozenset({"phiguard-0", "phiguard-1"}),
    ("a: does not hold",),
    1_800_000_000.25,
)


def test_what_was_packed_is_unpacked():
    assert sighting_lines.unpacked(sighting_lines.packed(LEDGERS)) == LEDGERS


@pytest.mark.parametrize("cut", range(1, 12))
def test_what_was_cut_off_says_nothing(cut):
    data = sighting_lines.packed(LEDGERS)
    with pytest.raises(SightingError):
        sighting_lines.unpacked(data[: len(data) * cut // 12])


def test_a_line_that_is_gone_is_missed():
    first, second, _ = sighting_lines.packed(LEDGERS).splitlines(keepends=True)
    with pytest.raises(SightingError, match="cut off"):
        sighting_lines.unpacked(first + second)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"schema":1', b'"schema":2'), (b'"count":3', b'"count":true'), (b'"count":3', b'"count":0'),
        (b'"inbound"', b'"sideways"'), (b'"principal":"cluster.local', b'"principal":"*'),
        (b'"last":"1970', b'"last":"x'), (b'"replicas":[', b'"replicas":5,"x":['), (b"{", b"["),
    ],
)  # fmt: skip
def test_another_form_is_refused(old, new):
    data = sighting_lines.packed(LEDGERS)
    assert old in data
    with pytest.raises(SightingError):
        sighting_lines.unpacked(data.replace(old, new))


@pytest.mark.parametrize("data", [b"", b"\n", b"5\n", b"[]\n", b"null\n"])
def test_what_is_no_such_file_is_refused(data):
    with pytest.raises(SightingError):
        sighting_lines.unpacked(data)
