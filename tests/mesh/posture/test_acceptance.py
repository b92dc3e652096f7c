"""What the admins of a mesh accept, and until when."""

from datetime import UTC, date, datetime
from typing import Final

import pytest

from mesh.message.facts import Vantage
from mesh.posture import acceptance
from mesh.posture.acceptance import AcceptanceError
from mesh.posture.cell import Cell, PeerClass, WorkloadName
from mesh.posture.evidence import Evidence, Layer, Stance
from mesh.posture.verdict import Grade, State, Verdict

NOW: Final = datetime(2027, 3, 31, 23, 0, tzinfo=UTC).timestamp()
FILE: Final = """
- cells: clinic/*/outbound/443/platform
  reason: the API server is asked by the operator
  by: Ana Ruiz
  until: 2027-03-31
"""


def verdict(state: State, name: str = "ehr", port: int = 443) -> Verdict:
    workload = WorkloadName("clinic", "Deployment", name)
    cell = Cell(workload, Vantage.OUTBOUND, port, PeerClass.PLATFORM)
    why = Evidence(Layer.DECLARED, Stance.DOWN, "mesh", NOW, "it passes unread")
    return Verdict(cell, state, Grade.NONE, why, (why,))


def test_a_cell_that_is_down_is_accepted_up_to_the_last_day() -> None:
    known = acceptance.read(FILE, NOW)
    entry = known.of(verdict(State.DOWN))
    assert entry is not None
    assert (entry.by, entry.until) == ("Ana Ruiz", date(2027, 3, 31))
    assert known.of(verdict(State.DOWN, port=80)) is None
    assert known.ended() == []


def test_after_its_last_day_it_decides_again() -> None:
    known = acceptance.read(FILE, NOW + 3600)
    assert known.of(verdict(State.DOWN)) is None
    assert [each.by for each in known.ended()] == ["Ana Ruiz"]
    assert acceptance.open_holes([verdict(State.DOWN)], known) == 1


@pytest.mark.parametrize("state", [State.UP, State.UNKNOWN])
def test_only_what_is_down_is_accepted(state: State) -> None:
    assert acceptance.read(FILE, NOW).of(verdict(state)) is None


def test_a_cell_of_any_port_is_named_by_its_own_name() -> None:
    known = acceptance.read(FILE.replace("clinic/*/outbound/443", "clinic/*/outbound/[*]"), NOW)
    assert known.of(verdict(State.DOWN, port=0)) is not None
    assert known.of(verdict(State.DOWN)) is None


def test_holes_that_are_accepted_are_not_open() -> None:
    verdicts = [verdict(State.DOWN), verdict(State.UP), verdict(State.DOWN, port=80)]
    assert acceptance.open_holes(verdicts, acceptance.read(FILE, NOW)) == 1


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "[]"])
def test_an_empty_file_accepts_nothing(text: str) -> None:
    assert acceptance.read(text, NOW).entries in ([], ())


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("clinic/*/outbound/443/platform", "'*'", "would accept every cell"),
        ("clinic/*/outbound/443/platform", "'*/*/*'", "would accept every cell"),
        ("until: 2027-03-31", "until: soon", "until is no day"),
        ("until: 2027-03-31", "until: 2027-03-31 10:00:00", "until is no day"),
        ("  by: Ana Ruiz\n", "", "needs cells, reason, by and until"),
        ("by: Ana Ruiz", "by: ''", "by is no text, is empty, or is too long"),
        ("by: Ana Ruiz", "by: [Ana]", "by is no text"),
        ("by: Ana Ruiz", 'by: "Ana\\nRuiz"', "by is more than one line"),
        ("- cells", "cells", "is not YAML"),
        ("- cells", "- more: 1\n  cells", "and nothing else"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(old: str, new: str, why: str) -> None:
    with pytest.raises(AcceptanceError, match=why):
        acceptance.read(FILE.replace(old, new), NOW)


@pytest.mark.parametrize("text", ["a: 1", "5", "[1]", "[" * 3000])
def test_what_is_no_list_of_acceptances_is_refused(text: str) -> None:
    with pytest.raises(AcceptanceError):
        acceptance.read(text, NOW)
