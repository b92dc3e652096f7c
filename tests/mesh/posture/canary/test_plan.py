from dataclasses import replace

import pytest
from canary_samples import CELL, EHR, NOW, PROBE
from living_mesh import living
from seeded_mistakes import snapshot

from mesh.istio import render
from mesh.istio.check.view import Mesh
from mesh.istio.install import echo
from mesh.istio.installation import Installation
from mesh.istio.manifest import to_yaml
from mesh.istio.snapshot import MeshSnapshot, of_values, read
from mesh.istio.values import Canary, Values
from mesh.posture.canary.nonce import Purpose
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


def test_an_echo_is_asked_for_both_kinds_of_answers():
    chosen = Values(
        canary=Canary(enabled=True, echo_namespace="echoes"), guarded_namespaces=("echoes",)
    )
    installation = Installation("guards", "phiguard:1", chosen)
    rendered = to_yaml([*echo.echo(installation), *render.objects(installation)])
    mesh = Mesh(living(read({"echo.yaml": rendered})), "phiguard")
    cell = "echoes/Deployment/phiguard-echo/inbound/8080/mesh"
    host, principal = "phiguard-echo.echoes.svc", "cluster.local/ns/echoes/sa/phiguard-echo"
    assert targets(mesh) == tuple(
        Target(cell, host, 8080, principal, 8080, purpose)
        for purpose in (Purpose.REDACTION, Purpose.RESPONSE)
    )


@pytest.mark.parametrize("name", ["phiguard-echo", "a", "b"])
def test_the_two_canaries_of_an_echo_are_half_a_period_apart(name):
    one = replace(TARGET, cell=name, purpose=Purpose.RESPONSE)
    two = replace(one, purpose=Purpose.REDACTION)
    assert abs(moment(one, 900) - moment(two, 900)) == pytest.approx(450)
    assert 0 <= moment(two, 900) < 900


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
