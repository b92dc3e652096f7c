"""Reports of the posture, made by hand."""

from extauthz.commands.posture.sources import Audited
from mesh.message.facts import Vantage
from mesh.posture.audit import Report
from mesh.posture.cell import Cell, PeerClass, WorkloadName
from mesh.posture.evidence import Evidence, Layer, Stance
from mesh.posture.inventory import Omission
from mesh.posture.verdict import Grade, State, Verdict

NOW = 1_800_000_000.0


def evidence(stance, text="it passes unread", layer=Layer.DECLARED, **more):
    return Evidence(layer, stance, "objects of the mesh", NOW - 5, text, **more)


def verdict(state, name="ehr", port=8080, namespace="clinic", *, grade=Grade.NONE, why=None):
    cell = Cell(WorkloadName(namespace, "Deployment", name), Vantage.INBOUND, port, PeerClass.MESH)
    stance = {State.UP: Stance.JUDGED, State.DOWN: Stance.DOWN, State.UNKNOWN: Stance.UNKNOWN}
    decisive = why or evidence(
        stance[state],
        object="Service clinic/ehr",
        fix="name the port http-…",
        code="port-named-tcp" if state is State.DOWN else "",
    )
    return Verdict(cell, state, grade, decisive, (decisive,))


def audited(*verdicts, problems=(), at=NOW):
    omitted = (Omission("namespace kube-system", "platform: 2 workloads are not counted"),)
    return Audited(
        "/given", Report(at, tuple(sorted(verdicts, key=lambda v: v.cell)), omitted), problems
    )


MIXED = audited(
    verdict(State.UP, grade=Grade.PROVED),
    verdict(State.UP, port=9090, grade=Grade.OBSERVED),
    verdict(State.DOWN, port=2575),
    verdict(State.DOWN, "lab", 1, "finance"),
    verdict(State.UNKNOWN, "lab", 2, "finance"),
    problems=("objects/pods.json: is not JSON, or was cut off at byte 5",),
)
