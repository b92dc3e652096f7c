"""What changed between two audits."""

from mesh.message.facts import Vantage
from mesh.posture.audit import Report
from mesh.posture.cell import Cell, PeerClass, WorkloadName
from mesh.posture.drift import drift
from mesh.posture.evidence import Evidence, Layer, Stance
from mesh.posture.verdict import Grade, State, Verdict

WORKLOAD = WorkloadName("clinic", "Deployment", "ehr")


def verdict(port: int, state: State, grade: Grade = Grade.NONE, code: str = "") -> Verdict:
    cell = Cell(WORKLOAD, Vantage.INBOUND, port, PeerClass.MESH)
    why = Evidence(Layer.DECLARED, Stance.DOWN, "s", 1.0, f"why {code}", code=code)
    return Verdict(cell, state, grade, why, (why,))


def report(*verdicts: Verdict) -> Report:
    return Report(1.0, verdicts, ())


def test_a_cell_that_turned_is_named_with_its_cause() -> None:
    turns = drift(
        report(verdict(80, State.UP, Grade.PROVED), verdict(81, State.UP, Grade.PROVED)),
        report(verdict(80, State.DOWN, code="host-network"), verdict(81, State.UP, Grade.OBSERVED)),
    )
    assert [each.line for each in turns] == [
        "UP, proved -> clinic/Deployment/ehr/inbound/80/mesh: DOWN: why host-network"
    ]


def test_another_reason_is_another_verdict() -> None:
    before = report(verdict(80, State.DOWN, code="a"))
    assert len(drift(before, report(verdict(80, State.DOWN, code="b")))) == 1
    assert drift(before, before) == ()


def test_cells_that_are_new_or_gone_are_named() -> None:
    turns = drift(report(verdict(80, State.UP, Grade.CLOSED)), report(verdict(81, State.UNKNOWN)))
    assert [each.line for each in turns] == [
        "clinic/Deployment/ehr/inbound/80/mesh: gone; it was UP, closed",
        "new -> clinic/Deployment/ehr/inbound/81/mesh: UNKNOWN: why ",
    ]
