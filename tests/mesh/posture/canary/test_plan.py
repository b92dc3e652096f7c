from dataclasses import replace

import pytest
from canary_samples import CELL, EHR, NOW, PROBE
from living_mesh import living
from seeded_mistakes import snapshot

from mesh.istio.check.view import Mesh
from mesh.istio.snapshot import MeshSnapshot, of_values
from mesh.posture.canary.plan import LEAST_SECONDS, Target, TargetError, due, moment, targets

LIVING = living(snapshot({}))
TARGET = Target(CELL, "ehr.clinic.svc", 80, EHR, 8080)


def mesh(*, label):
    named = {"kind": "Namespace", "apiVersion": "v1"}
    opted = {**named, "metadata": {"name": "clinic", "labels": {"phiguard.dev/canary": label}}}
    others = tuple(
        each for each in LIVING.documents if (each.kind, each.name) != ("Namespace", "clinic")
    )
    documents = (*others, *of_values("more", [opted], frozenset()).documents)
    return Mesh(MeshSnapshot(documents, LIVING.listed), "phiguard")


def test_each_port_of_http_that_lets_canaries_in_is_a_target():
    (found,) = (each for each in targets(mesh(label="true")) if "/ehr/" in each.cell)
    assert (found.cell, found.host, found.principal, found.pod_port) == (
        CELL, "ehr.clinic.svc", EHR, 8080,
    )  # fmt: skip
    assert {each.cell.split("/")[0] for each in targets(mesh(label="true"))} == {"clinic"}
    assert not [each for each in targets(mesh(label="true")) if "/2575/" in each.cell]


def test_no_other_namespace_gets_one():
    assert targets(mesh(label="false")) == ()


def test_a_cell_has_at_most_one_canary_in_five_minutes():
    other = replace(TARGET, cell="clinic/Deployment/lab/inbound/8080/mesh")
    pods = [replace(TARGET, pod=name) for name in ("a", "b")]
    assert due([*pods, other], {}, NOW) == (pods[0], other)
    assert due([TARGET, other], {CELL: NOW - LEAST_SECONDS + 1}, NOW) == (other,)
    assert due([TARGET], {CELL: NOW - LEAST_SECONDS}, NOW) == (TARGET,)
    assert due([TARGET], {CELL: NOW + 60}, NOW) == ()


def test_each_target_has_its_own_moment_of_a_period():
    found = [
        moment(replace(TARGET, cell=f"clinic/Deployment/{name}/inbound/1/mesh"), 3600)
        for name in range(200)
    ]
    assert all(0 <= each < 3600 for each in found)
    assert len({int(each // 360) for each in found}) == 10
    assert moment(TARGET, 3600) == moment(TARGET, 3600)


def test_a_canary_in_clear_has_no_sender():
    clear = replace(TARGET, cell=CELL.replace("/mesh", "/plaintext"))
    assert TARGET.nonce(PROBE, NOW, "a" * 32).source == PROBE
    assert clear.nonce(PROBE, NOW, "a" * 32).source == ""


@pytest.mark.parametrize(
    "changed",
    [{"cell": ""}, {"host": "a/b"}, {"host": "a\r\nx: y"}, {"principal": "ehr"}, {"port": 0},
     {"pod_port": 65536}],
)  # fmt: skip
def test_what_is_no_target_is_refused(changed):
    with pytest.raises(TargetError):
        replace(TARGET, **changed)
