"""`phiguard serve --policy kubernetes://` on a real API server, with its shipped roles only.

One guard lives through all of it, in this order: each test leaves it as it found it.
"""

import contextlib
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from e2e.cluster.api_server import RefusedError, Server, wait_until
from extauthz.demo.processes import Processes
from extauthz.demo.topology import LOOPBACK, free_ports
from extauthz.policies.kubernetes import PATH
from extauthz.policies.kubernetes_api import Api, GoneError, list_objects, watch
from mesh.istio.install.rbac import policy_reader, status_writer
from mesh.istio.installation import Installation

pytestmark = pytest.mark.slow

HERE: Final = Installation("guards", "phiguard:0.1.0")
ROOT: Final = "mesh-policies"
API: Final = {"apiVersion": "phiguard.dev/v1alpha1", "kind": "SegmentationPolicy"}
AUTHOR: Final = "maria-garcia"


def item(name: str, **spec: Any) -> dict[str, Any]:
    namespace, own = name.split("/")
    return {**API, "metadata": {"name": own, "namespace": namespace}, "spec": spec}


def opening(namespace: str, name: str = "in") -> dict[str, Any]:
    return {"name": name, "from": [{}], "to": [{"namespaces": [namespace]}]}


WIDE: Final = item("mesh-policies/wide", mode="enforce", rules=[opening("ward", "root")])
OWN: Final = item("ward/own", rules=[opening("ward")])


@dataclass
class Guard:
    """A running guard and what it has said."""

    server: Server
    folder: Path
    processes: Processes
    port: int
    health: int
    pod: str

    @property
    def token(self) -> Path:
        """The file of its token."""
        return self.folder / "token"

    def start(self) -> None:
        """Start it, or start it again."""
        self.folder.mkdir(exist_ok=True)
        if not self.token.exists():
            self.renew()
        given = {
            "url": self.server.url,
            "token": str(self.token),
            "ca": str(self.server.ca),
            "root": ROOT,
            "namespace": HERE.namespace,
            "pod": self.pod,
            "folder": str(self.folder),
            "port": str(self.port),
            "health": str(self.health),
        }
        command = [sys.executable, "-m", "e2e.cluster.serving", json.dumps(given)]
        self.processes.start(self.pod, command)

    def renew(self) -> None:
        """Give it a new token, as a kubelet does."""
        self.token.write_text(self.server.token(HERE.namespace, "phiguard"))

    def is_serving(self, service: str = "") -> bool:
        """Whether it takes messages, or `policy`: whether all that is written is in force."""
        try:
            with grpc.insecure_channel(f"{LOOPBACK}:{self.health}") as channel:
                request = health_pb2.HealthCheckRequest(service=service)
                answer = health_pb2_grpc.HealthStub(channel).Check(request, timeout=2)
        except grpc.RpcError:
            return False
        return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)

    def records(self, kind: str) -> list[dict[str, Any]]:
        """The records of its ledger."""
        lines = [
            line
            for file in sorted((self.folder / "ledger").glob("*.jsonl"))
            for line in file.read_text().splitlines()
        ]
        return [r for r in map(json.loads, filter(None, lines)) if r["kind"] == kind]

    @property
    def newest(self) -> dict[str, Any]:
        """The newest record of a policy."""
        return self.records("policy")[-1]

    def log(self) -> str:
        """What it has logged."""
        return (self.processes.folder / f"{self.pod}.log").read_text()


def conditions(server: Server, name: str) -> dict[str, tuple[str, str]]:
    status = server.get(item(name)).get("status") or {}
    return {
        each["type"]: (each["status"], each["reason"]) for each in status.get("conditions") or ()
    }


@pytest.fixture(scope="module")
def cluster(server: Server) -> Server:
    for name in (HERE.namespace, ROOT, "ward", "pharmacy"):
        server.namespace(name)
    account = {"apiVersion": "v1", "kind": "ServiceAccount"}
    server.apply({**account, "metadata": {"name": "phiguard", "namespace": HERE.namespace}})
    for manifest in (*policy_reader(HERE), *status_writer(HERE)):
        server.apply(manifest)
    for left in server.call("GET", PATH)["items"]:  # by tests of other files
        server.delete({**API, "metadata": left["metadata"]})
    server.apply(WIDE)
    server.apply(OWN)
    return server


@contextlib.contextmanager
def started(cluster: Server, folder: Path, pod: str) -> Iterator[Guard]:
    with free_ports(2) as (port, health), Processes(folder) as processes:
        guard = Guard(cluster, folder / pod, processes, port, health, pod)
        guard.start()
        processes.wait_until(guard.is_serving, "the guard", seconds=90)
        yield guard


@pytest.fixture(scope="module")
def guard(cluster: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guard]:
    with started(cluster, tmp_path_factory.mktemp("guard"), "phiguard-0") as running:
        yield running


def test_its_roles_are_all_that_it_has(guard: Guard) -> None:
    token = guard.token.read_text()
    for call in (
        ("PUT", guard.server.path(OWN), OWN),
        ("DELETE", guard.server.path(OWN), None),
        ("GET", "/api/v1/namespaces/ward/secrets", None),
        ("GET", "/apis/coordination.k8s.io/v1/namespaces/ward/leases", None),
    ):
        with pytest.raises(RefusedError) as refused:
            guard.server.call(*call, token=token)
        assert refused.value.status == 403


def test_what_is_applied_is_in_force_and_its_status_says_so(guard: Guard) -> None:
    wait_until(lambda: set(guard.newest["texts"]) == {"mesh-policies/wide", "ward/own"}, "both")
    wait_until(
        lambda: (
            conditions(guard.server, "ward/own")
            == {"Accepted": ("True", "Valid"), "InForce": ("True", "InForce")}
        ),
        "the status",
    )
    status = guard.server.get(OWN)["status"]
    assert (status["replicas"], status["digest"]) == ("1/1", guard.newest["policy"])
    assert status["observedGeneration"] == 1
    assert guard.is_serving("policy")


def test_objects_are_created_changed_and_deleted(guard: Guard) -> None:
    more = item("pharmacy/own", rules=[opening("pharmacy")])
    guard.server.apply(more)
    wait_until(lambda: "pharmacy/own" in guard.newest["texts"], "a created object")
    guard.server.apply(item("pharmacy/own", rules=[opening("pharmacy", "other")]))
    wait_until(lambda: '"other"' in guard.newest["texts"].get("pharmacy/own", ""), "a changed one")
    guard.server.delete(more)
    wait_until(lambda: "pharmacy/own" not in guard.newest["texts"], "a deleted one")


def test_a_broken_object_sets_its_namespace_aside_and_others_take_effect(guard: Guard) -> None:
    before = guard.newest["texts"]["ward/own"]
    broken = item("ward/bad", rules=[{**opening("ward", AUTHOR), "to": [{}]}])
    guard.server.apply(broken)
    guard.server.apply(item("ward/own", rules=[opening("ward", "changed")]))
    guard.server.apply(item("pharmacy/own", rules=[opening("pharmacy")]))
    wait_until(lambda: "pharmacy/own" in guard.newest["texts"], "another namespace")
    wait_until(lambda: guard.newest["setAside"] == {"ward": "held"}, "the ledger")
    assert guard.newest["texts"]["ward/own"] == before
    assert not guard.is_serving("policy")
    wait_until(
        lambda: (
            conditions(guard.server, "ward/bad")
            == {"Accepted": ("False", "Invalid"), "InForce": ("False", "SetAside")}
        ),
        "the status",
    )
    wait_until(
        lambda: conditions(guard.server, "ward/own")["InForce"] == ("False", "SetAside"),
        "that of its neighbour",
    )
    status = guard.server.get(broken)["status"]
    assert [each["path"] for each in status["problems"]] == ["spec.rules[0]"]
    told = guard.server.call("GET", "/api/v1/namespaces/ward/events")["items"]
    reasons = {(e["involvedObject"]["name"], e["reason"]) for e in told}
    assert {("bad", "Invalid"), ("own", "SetAside")} <= reasons
    assert AUTHOR not in json.dumps([status, told])


def test_a_restart_meanwhile_keeps_what_the_namespace_had(guard: Guard) -> None:
    before = guard.newest
    guard.processes.stop(guard.pod)
    guard.start()
    wait_until(guard.is_serving, "the guard", 90)
    assert guard.newest["seq"] > before["seq"]
    assert (guard.newest["policy"], guard.newest["setAside"]) == (
        before["policy"],
        {"ward": "held"},
    )
    guard.server.delete(item("ward/bad"))
    guard.server.apply(OWN)
    wait_until(lambda: guard.newest["setAside"] == {}, "the namespace is whole again")
    wait_until(lambda: guard.is_serving("policy"), "the health")


def test_a_guard_that_never_saw_a_good_unit_closes_the_namespace(
    guard: Guard, tmp_path: Path
) -> None:
    guard.server.apply(item("ward/bad", rules=[{**opening("ward"), "to": [{}]}]))
    wait_until(lambda: guard.newest["setAside"] == {"ward": "held"}, "the first guard")
    with started(guard.server, tmp_path, "phiguard-1") as second:
        assert second.newest["setAside"] == {"ward": "closed"}
        assert not any(name.startswith("ward/") for name in second.newest["texts"])
        wait_until(lambda: guard.server.get(OWN)["status"]["replicas"] == "1/2", "both are counted")
        guard.server.delete(item("ward/bad"))
        wait_until(lambda: second.newest["policy"] == guard.newest["policy"], "both agree")
        wait_until(lambda: guard.server.get(OWN)["status"]["replicas"] == "2/2", "and say so")
        lease = guard.server.call(
            "GET",
            f"/apis/coordination.k8s.io/v1/namespaces/{HERE.namespace}/leases/phiguard-policy-status",
        )
        assert lease["spec"]["holderIdentity"] == guard.pod


def test_somebody_elses_status_is_left_to_the_guard(guard: Guard) -> None:
    """A conflict: another field manager wrote into the status, and the guard takes it back."""
    path = f"{guard.server.path(OWN)}/status?fieldManager=other&force=true"
    forged = {**API, "metadata": OWN["metadata"], "status": {"replicas": "9/9"}}
    guard.server.call("PATCH", path, forged, content="application/apply-patch+yaml")
    guard.server.apply(item("ward/own", rules=[opening("ward", "again")]))
    wait_until(lambda: guard.server.get(OWN)["status"]["replicas"] != "9/9", "its own again")
    guard.server.apply(OWN)
    wait_until(lambda: '"again"' not in guard.newest["texts"]["ward/own"], "as it was")


def test_the_api_server_restarts_and_nothing_is_lost(guard: Guard) -> None:
    before = guard.newest
    guard.server.stop()
    wait_until(lambda: not guard.is_serving("policy"), "the loss is noticed")
    assert guard.is_serving()
    guard.server.start()
    guard.server.apply(item("ward/own", rules=[opening("ward", "after")]))
    wait_until(lambda: '"after"' in guard.newest["texts"]["ward/own"], "a change after it", 60)
    guard.server.apply(OWN)
    wait_until(lambda: guard.newest["policy"] == before["policy"], "as it was", 60)


def test_a_version_that_the_server_has_forgotten_is_gone(guard: Guard) -> None:
    """Its watch begins at the restart before. What a guard does then: list again."""
    api = Api(guard.server.url, guard.token, guard.server.ca)
    with pytest.raises(GoneError):
        list(watch(api, PATH, "1"))
    assert {each["metadata"]["name"] for each in list_objects(api, PATH).items} >= {"own", "wide"}


def test_a_token_is_replaced_and_an_old_one_is_refused_without_harm(guard: Guard) -> None:
    account = {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": "phiguard", "namespace": HERE.namespace},
    }
    before = guard.newest
    guard.server.delete(account)  # every token of the account is worthless now
    guard.server.apply(account)
    wait_until(lambda: not guard.is_serving("policy"), "401 is noticed", 120)
    assert guard.is_serving()
    assert guard.newest["policy"] == before["policy"]
    guard.renew()
    wait_until(lambda: guard.is_serving("policy"), "the new token", 60)


def test_without_its_role_the_policy_stays_and_the_log_says_what_to_grant(guard: Guard) -> None:
    before = guard.newest
    binding = policy_reader(HERE)[1]
    guard.server.delete(binding)
    wait_until(lambda: not guard.is_serving("policy"), "403 is noticed", 120)
    assert guard.is_serving()
    assert guard.newest["policy"] == before["policy"]
    assert "get, list and watch the objects" in guard.log()
    guard.server.apply(binding)
    wait_until(lambda: guard.is_serving("policy"), "the role is back", 60)


def test_status_without_its_role_harms_no_decision(guard: Guard) -> None:
    manifests = status_writer(HERE)
    bindings = [each for each in manifests if str(each["kind"]).endswith("Binding")]
    for each in bindings:
        guard.server.delete(each)
    wait_until(lambda: "grant the role phiguard-policy-status" in guard.log(), "it says so", 60)
    guard.server.apply(item("ward/own", rules=[opening("ward", "unseen")]))
    wait_until(lambda: '"unseen"' in guard.newest["texts"]["ward/own"], "decisions go on")
    assert guard.is_serving("policy")
    for each in bindings:
        guard.server.apply(each)
    guard.server.apply(OWN)


def test_the_log_and_the_ledger_hold_no_token(guard: Guard) -> None:
    token = guard.token.read_text()
    assert token not in guard.log()
    assert "Traceback" not in guard.log()
    for kind in ("policy", "refusal", "start"):
        assert token not in json.dumps(guard.records(kind))
