"""The posture of a whole mesh: each seeded hole is seen, and nothing else."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from agreeing import Agreeing, NoCanaries, Seen, judged
from clean_mesh import clean_mesh
from hypothesis import given, settings
from hypothesis import strategies as st
from living_mesh import LISTED, NOW, living
from seeded_mistakes import SEEDS, Seed, name, snapshot

from mesh.istio.check import RULES
from mesh.istio.problem import Severity
from mesh.istio.snapshot import MeshObject, MeshSnapshot, of_values, read
from mesh.message.facts import Vantage
from mesh.posture.audit import Inputs, audit
from mesh.posture.cell import PeerClass
from mesh.posture.evidence import Evidence, Layer, Stance
from mesh.posture.verdict import Freshness, State

_SEVERITY: Final = {rule.name: rule.severity for rule in RULES}


def test_a_mesh_in_which_everything_is_right_is_up() -> None:
    report = judged(living(snapshot({})))
    assert [each.line for each in report.verdicts if each.state is not State.UP] == []
    assert len(report.verdicts) > 10


NO_CELL: Final = {
    "claims-without-authentication": "it is about what a rule of the policy asks for",
    "destination-rule-unverified": "nobody can reach the host: no ServiceEntry has it",
    "filter-wraps-guard": "it is about the collector's pods",
    "guard-ledger-not-kept": "messages are judged, and their records end with the pod",
    "guard-single-replica": "the guard is up until it restarts",
    "policy-object-unread": "it is about which policy holds",
    "policy-provider-unknown": "no workload is in that namespace",
    "policy-without-provider": "no workload is in that namespace",
    "policy-wraps-guard": "the guard judges its own checks too",
    "segmentation-claims-unverified": "it is about what a rule of the policy asks for",
    "segmentation-trust-domain": "it is about what a rule of the policy asks for",
}
"""Why a hole of `istio check` leaves each cell as it is."""
MORE_THAN_ADVICE: Final = {
    "filter-twice": "the seed moves the filter of answers to the other direction",
    "gateway-not-guarded": "the gateway itself does not ask the guard",
    "sidecar-twice": "the seed's pod has no label, so no filter is for it",
}
NOT_RIGHT_FOR_A_POD: Final = {
    "gateway-not-guarded": "a sidecar's policy does not make the gateway ask the guard",
    "gateway-plain-http": "the gateway itself does not ask the guard",
    "guard-without-token": "the seed leaves the guard's role to another file",
    "policy-object-unread": "the seed leaves the guard's role to another file",
    "pod-without-sidecar": "the seed's pod has no label, so no filter is for it",
}


TWINS: Final = [s for s in SEEDS if "right" in s and s["rule"] not in NOT_RIGHT_FOR_A_POD]


@pytest.mark.parametrize("seed", SEEDS, ids=name)
def test_a_seeded_hole_turns_a_cell_down(seed: Seed) -> None:
    report = judged(living(snapshot(seed)))
    down = [each for each in report.verdicts if each.state is State.DOWN]
    if _SEVERITY[seed["rule"]] in (Severity.HOLE, Severity.REFUSAL):
        assert bool(down) is (seed["rule"] not in NO_CELL)
    else:
        assert bool(down) is (seed["rule"] in MORE_THAN_ADVICE)
    assert all(each.line for each in report.verdicts)


@pytest.mark.parametrize("seed", TWINS, ids=name)
def test_its_twin_that_is_right_is_not_down(seed: Seed) -> None:
    report = judged(living(snapshot(seed["right"])))
    assert [each.line for each in report.verdicts if each.state is State.DOWN] == []


CLEAN: Final = living(snapshot({}), replicas=2)


@pytest.mark.parametrize(
    "status",
    [
        {"phase": "Pending"},
        {"phase": "Unknown"},
        {},
        {"phase": "Running"},
        {"phase": "Running", "conditions": [{"type": "Ready", "status": "False"}]},
    ],
)
def test_a_pod_between_states_is_unknown(status: dict[str, Any]) -> None:
    found = []
    for each in CLEAN.documents:
        if each.kind == "Pod" and each.name == "ehr-7d9c-0":
            body = {**each.body.value, "kind": "Pod", "status": status}  # type: ignore[dict-item]
            found += of_values("pods.json", [body], LISTED).documents
        else:
            found.append(each)
    report = judged(MeshSnapshot(tuple(found), LISTED))
    state = {each.cell.workload.name: each.state for each in report.verdicts}
    assert state == {"ehr": State.UNKNOWN, "notes": State.UP}


@pytest.mark.parametrize("kind", sorted(LISTED))
def test_a_kind_that_was_not_listed_leaves_nothing_up(kind: str) -> None:
    rest = tuple(each for each in CLEAN.documents if each.kind != kind)
    for documents in (CLEAN.documents, rest):
        report = judged(MeshSnapshot(documents, LISTED - {kind}))
        assert State.UP not in report.counts


def test_no_configuration_of_the_mesh_leaves_nothing_up() -> None:
    rest = tuple(each for each in CLEAN.documents if each.kind != "MeshConfig")
    assert State.UP not in judged(MeshSnapshot(rest, LISTED)).counts


def test_a_part_of_the_configuration_is_not_what_istiod_reads() -> None:
    found = tuple(
        replace(each, in_force=False) if each.kind == "MeshConfig" else each
        for each in CLEAN.documents
    )
    assert State.UP not in judged(MeshSnapshot(found, LISTED)).counts


FILES: Final = clean_mesh()


@settings(max_examples=10)
@given(st.permutations(range(len(CLEAN.documents))))
def test_the_order_of_objects_says_nothing(order: list[int]) -> None:
    def lines(documents: tuple[MeshObject, ...]) -> list[str]:
        return [each.line for each in judged(MeshSnapshot(documents, LISTED)).verdicts]

    assert lines(tuple(CLEAN.documents[place] for place in order)) == lines(CLEAN.documents)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS, ids=name)
def test_no_kind_that_is_gone_turns_a_cell_up(seed: Seed) -> None:
    whole = living(snapshot(seed))
    before = {each.cell: each.state for each in judged(whole).verdicts}
    for gone in sorted({each.kind for each in whole.documents}):
        rest = tuple(each for each in whole.documents if each.kind != gone)
        after = judged(MeshSnapshot(rest, LISTED - {gone})).verdicts
        up = [each.cell for each in after if each.state is State.UP]
        assert [cell for cell in up if before.get(cell) is not State.UP] == [], gone


@settings(max_examples=5)  # a mesh is judged twice in each
@given(st.sampled_from(SEEDS), st.data())
def test_less_is_never_better(seed: Seed, data: st.DataObject) -> None:
    """A kind that is gone, or a layer that is gone, turns no cell UP."""
    whole = living(snapshot(seed))
    before = {each.cell: each.state for each in judged(whole).verdicts}
    kinds = {each.kind for each in whole.documents}
    gone = data.draw(st.sampled_from(sorted(kinds)))
    rest = tuple(each for each in whole.documents if each.kind != gone)
    for each in judged(MeshSnapshot(rest, LISTED - {gone})).verdicts:
        assert each.state is not State.UP or before.get(each.cell) is State.UP


def test_thirty_workloads_in_which_everything_is_right_are_up() -> None:
    one = FILES["cluster.yaml"]
    start = one.index("apiVersion: apps/v1")
    many = one[:start] + "---\n".join(
        one[start : one.index("---\napiVersion: v1\nkind: Service", start) + 4].replace(
            "ehr", f"ehr{number}"
        ).replace("notes", f"notes{number}")
        for number in range(15)
    ).replace("---\n---", "---")  # fmt: skip
    many += one[one.index("---\napiVersion: v1\nkind: Service", start) + 4 :]
    report = judged(living(read({**FILES, "cluster.yaml": many})))
    assert len({each.cell.workload for each in report.verdicts}) == 30
    assert report.counts.keys() == {State.UP}


@dataclass(frozen=True)
class Broken(Agreeing):
    """A proxy that is open."""

    def evidence(self, direction: Vantage, port: int, peers: PeerClass) -> Evidence:
        return Evidence(Layer.EFFECTIVE, Stance.DOWN, "dump", self.at, "it is open", code="open")


MADE: Final = datetime.fromtimestamp(NOW - 60, UTC).isoformat()
EHR: Final = ("clinic", "ehr-7d9c-0")


@pytest.mark.parametrize(
    ("proxies", "more", "state", "code"),
    [
        ([Agreeing(*EHR)], {}, State.UP, ""),
        ([], {}, State.UNKNOWN, "no-effective"),
        ([Agreeing("other", "ehr-7d9c-0")], {}, State.UNKNOWN, "no-effective"),
        ([Agreeing(*EHR, at=NOW - 7200)], {}, State.UNKNOWN, "stale"),
        ([Broken(*EHR)], {}, State.DOWN, "open"),
        ([Agreeing(*EHR), Agreeing(*EHR, at=NOW - 9)], {}, State.UP, ""),
        ([Agreeing(*EHR), Broken(*EHR)], {}, State.UNKNOWN, "dumps-disagree"),
        ([], {"unreadable": {EHR: "it is torn"}}, State.UNKNOWN, "dump-unreadable"),
        ([Agreeing(*EHR)], {"unreadable": {EHR: "it is torn"}}, State.UNKNOWN, "dump-unreadable"),
        ([Agreeing(*EHR)], {"doubts": {EHR: "late"}}, State.UNKNOWN, "out-of-sync"),
        ([Broken(*EHR)], {"doubts": {EHR: "late"}}, State.DOWN, "open"),
        ([Agreeing(*EHR)], {"heartbeats": None}, State.UNKNOWN, "no-observed"),
        ([Agreeing(*EHR)], {"canaries": None}, State.UNKNOWN, "no-proved"),
        ([Agreeing(*EHR)], {"objects_at": None}, State.UNKNOWN, "no-time"),
    ],
)
def test_what_proxies_say_of_their_pods(
    proxies: list[Agreeing], more: dict[str, Any], state: State, code: str
) -> None:
    inputs = Inputs(living(snapshot({})), NOW, proxies, heartbeats=Seen(), canaries=NoCanaries())
    report = audit(replace(inputs, **more), NOW, Freshness())
    ehr = [each for each in report.verdicts if each.cell.workload.name == "ehr"]
    assert {(each.state, each.decisive.code) for each in ehr} == {(state, code)}


@pytest.mark.parametrize(
    ("proxies", "states"),
    [
        ([Agreeing(*EHR, at=NOW - 60)], {State.UP}),
        ([Agreeing(*EHR, at=NOW - 61)], {State.UNKNOWN}),
        ([Broken(*EHR, at=NOW - 61)], {State.UNKNOWN}),
        ([Broken(*EHR, at=NOW - 61), Agreeing(*EHR, at=NOW - 60)], {State.UP}),
    ],
)
def test_a_dump_of_an_earlier_pod_says_nothing_of_the_one_that_has_its_name(
    proxies: list[Agreeing], states: set[State]
) -> None:
    found = []
    for each in living(snapshot({})).documents:
        if each.kind == "Pod" and each.name == EHR[1]:
            body: dict[str, Any] = {**each.body.value, "kind": "Pod"}  # type: ignore[dict-item]
            body["metadata"] = {**body["metadata"], "creationTimestamp": MADE}
            found += of_values("pods.json", [body], LISTED).documents
        else:
            found.append(each)
    objects = MeshSnapshot(tuple(found), LISTED)
    inputs = Inputs(objects, NOW, proxies, heartbeats=Seen(), canaries=NoCanaries())
    report = audit(inputs, NOW, Freshness())
    ehr = [each for each in report.verdicts if each.cell.workload.name == "ehr"]
    assert {each.state for each in ehr} == states
