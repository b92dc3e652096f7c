"""`phiguard posture` on a real API server, by its own role: pods are made and their status patched.

No kubelet and no proxy run, so nothing here is UP: what is shown is what the API server can say,
that drift is printed, and that a server which refuses, forgets or restarts leaves UNKNOWN.
"""

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from posture_folder import HOLE, HOOK, pods
from seeded_mistakes import texts

from e2e.cluster.api_server import Server, api_server, kubeconfig, needed, wait_until
from extauthz.cli import main
from extauthz.policies.kubernetes_api import Api, GoneError, watch
from extauthz.posture import cluster
from mesh.istio.snapshot import read
from mesh.policy_file.custom_resource import custom_resource_definition

pytestmark = pytest.mark.slow

TOOLS: Final = Path(__file__).parents[2] / ".tools"
ISTIO: Final = TOOLS / "istio-crds.yaml"
SPACE: Final = "auditors"
SPACES: Final = (
    "istio-system",
    "phiguard-system",
    "clinic",
    "observability",
    "public",
    "edge",
    SPACE,
)
CELL: Final = "clinic/Deployment/ehr/inbound/9999/mesh"
MERGE: Final = "application/merge-patch+json"
Item = dict[str, Any]


def _apply_mesh(server: Server) -> None:
    """The clean mesh with running pods, as a cluster with nodes would have them."""
    found = texts({})
    for text in found.values():
        for item in yaml.safe_load_all(text):
            if item and "apiVersion" in item and item["kind"] != "CustomResourceDefinition":
                server.apply(item)
    server.apply({**HOOK, "webhooks": []})
    for pod in pods(read(found)):
        _run(server, pod)


def _run(server: Server, pod: Item) -> None:
    """Make a pod, and say what a kubelet would say of it."""
    status = pod.pop("status")
    for container in (*pod["spec"]["containers"], *pod["spec"].get("initContainers", ())):
        container.setdefault("image", "example/image:1")
        container.pop("volumeMounts", None)  # a StatefulSet's own volumes are not in its template
    for owner in pod["metadata"]["ownerReferences"]:
        owner.update({"apiVersion": "apps/v1", "uid": "0a0a0a0a-0000-4000-8000-000000000000"})
    server.apply(pod)
    path = f"{server.path(pod)}/status?fieldManager=kubelet"
    server.call("PATCH", path, {"status": status}, content=MERGE)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    if not ISTIO.exists():
        pytest.skip("not run: no Istio kinds (make kube-tools)")
    with needed(), api_server(tmp_path_factory.mktemp("posture")) as running:
        for each in yaml.safe_load_all(ISTIO.read_text()):
            running.define(each)
        running.define(custom_resource_definition())
        for space in SPACES:
            running.namespace(space)
        _apply_mesh(running)
        yield running


def roles() -> list[Item]:
    return list(yaml.safe_load_all(cluster.role("istio-system")))


def binding(role: Item) -> Item:
    return {
        "apiVersion": role["apiVersion"],
        "kind": f"{role['kind']}Binding",
        "metadata": role["metadata"],
        "roleRef": {
            "apiGroup": "rbac.authorization.k8s.io",
            "kind": role["kind"],
            "name": role["metadata"]["name"],
        },
        "subjects": [{"kind": "ServiceAccount", "name": "auditor", "namespace": SPACE}],
    }


@pytest.fixture(scope="module")
def login(server: Server) -> Path:
    """A kubeconfig of an account that may do what `--role` prints, and nothing else."""
    account = {"apiVersion": "v1", "kind": "ServiceAccount"}
    for name in ("auditor", "nobody"):
        server.apply({**account, "metadata": {"name": name, "namespace": SPACE}})
    for role in roles():
        server.apply(role)
        server.apply(binding(role))
    return kubeconfig(server, server.token(SPACE, "auditor"))


@pytest.fixture
def hole(server: Server) -> Iterator[None]:
    server.apply(HOLE)
    yield
    with contextlib.suppress(Exception):
        server.delete(HOLE)


def judged(source: str, *options: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, Item]:
    code = main(["posture", "audit", source, "--format", "json", *options])
    return code, json.loads(capsys.readouterr().out)


def states(report: Item) -> dict[str, str]:
    return {each["cell"]: each["state"] for each in report["cells"]}


@pytest.mark.usefixtures("hole")
def test_the_least_role_is_enough_for_what_objects_say(
    login: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(tmp_path / "kept")
    words = ["posture", "collect", "kubernetes://", "--kubeconfig", str(login), "-o", folder]
    assert main(words) == 0, capsys.readouterr().err
    capsys.readouterr()
    code, report = judged(folder, capsys=capsys)
    live, direct = judged("kubernetes://", "--kubeconfig", str(login), capsys=capsys)
    assert (code, live) == (1, 1)
    assert states(report) == states(direct)
    assert states(report)[CELL] == "DOWN"
    assert set(states(report).values()) == {"DOWN", "UNKNOWN"}
    declared = {
        e["stance"] for c in report["cells"] for e in c["evidence"] if e["layer"] == "declared"
    }
    assert declared == {"judged", "closed", "down"}
    written = "".join(p.read_text() for p in (tmp_path / "kept").rglob("*.json"))
    assert '"kind": "Secret"' not in written


@pytest.mark.usefixtures("hole")
def test_without_the_role_nothing_is_listed_and_nothing_is_up(
    server: Server, login: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = login.read_text()
    nobody = tmp_path / "nobody"
    nobody.write_text(kubeconfig(server, server.token(SPACE, "nobody")).read_text())
    login.write_text(text)  # `kubeconfig` writes one file
    code, report = judged("kubernetes://", "--kubeconfig", str(nobody), capsys=capsys)
    assert (code, report["cells"]) == (1, [])
    assert any("pods: status 403" in each for each in report["problems"])


@pytest.mark.usefixtures("hole")
def test_without_one_kind_every_cell_that_was_not_down_is_unknown(
    server: Server, login: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    role, _ = roles()
    less = [
        {**rule, "resources": [r for r in rule["resources"] if r != "virtualservices"]}
        for rule in role["rules"]
    ]
    _, before = judged("kubernetes://", "--kubeconfig", str(login), capsys=capsys)
    server.apply({**role, "rules": less})
    try:
        _, report = judged("kubernetes://", "--kubeconfig", str(login), capsys=capsys)
    finally:
        server.apply(role)
    assert any(each.startswith("virtualservices.") for each in report["problems"])
    for cell, state in states(report).items():
        assert state != "UP"
        assert state == "UNKNOWN" or states(before)[cell] == "DOWN"


@dataclass
class Watched:
    """The command while it runs, and what it has printed."""

    program: "subprocess.Popen[str]"
    out: Path

    @property
    def drifts(self) -> list[Item]:
        """What has turned so far."""
        return [json.loads(line) for line in self.out.read_text().splitlines(keepends=True)
                if line.endswith("\n")]  # fmt: skip

    def turned(self, cell: str) -> list[tuple[str | None, str | None]]:
        """What a cell has turned from and to."""
        return [
            (turn["before"], turn["after"])
            for drift in self.drifts
            for turn in drift["turns"]
            if turn["cell"] == cell
        ]

    def wait_for(self, cell: str, after: str | None, count: int = 1) -> None:
        """Wait until a cell has turned to a state so many times."""

        def seen() -> bool:
            assert self.program.poll() is None, "the watch has ended"
            return [to for _, to in self.turned(cell)].count(after) >= count

        wait_until(seen, f"{cell} turns {after}: {self.turned(cell)}", 120)


@pytest.fixture
def watched(login: Path, tmp_path: Path) -> Iterator[Watched]:
    words = ["posture", "watch", "kubernetes://", "--kubeconfig", str(login), "--format", "json"]
    out, err = tmp_path / "out", tmp_path / "err"
    with out.open("w") as stdout, err.open("w") as stderr:
        program = subprocess.Popen(
            [sys.executable, "-m", "extauthz.cli", *words], stdout=stdout, stderr=stderr, text=True
        )
        try:
            wait_until(lambda: "The guard is up at" in err.read_text(), "the first audit", 120)
            yield Watched(program, out)
        finally:
            program.terminate()
            program.wait(20)
    assert "Traceback" not in err.read_text()


def test_an_event_is_printed_with_who_wrote_and_which_cells_turned(
    server: Server, watched: Watched, record_property: Any
) -> None:
    began = time.monotonic()
    server.apply(HOLE)
    watched.wait_for(CELL, "DOWN")
    record_property("seconds_to_drift", time.monotonic() - began)
    sys.stderr.write(f"drift after {time.monotonic() - began:.1f} s\n")
    (change,) = (
        c for d in watched.drifts for c in d["changes"] if c["name"] == "Service clinic/reports"
    )
    assert (change["type"], change["manager"]) == ("ADDED", "test")
    server.delete(HOLE)
    watched.wait_for(CELL, None)


def test_a_pod_that_comes_and_goes_is_a_drift(server: Server, watched: Watched) -> None:
    cell = "clinic/Pod/lonely/outbound/*/outside"
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "lonely", "namespace": "clinic"},
        "spec": {"containers": [{"name": "app", "image": "example/image:1"}]},
    }
    server.apply(pod)
    path = f"{server.path(pod)}/status?fieldManager=kubelet"
    server.call("PATCH", path, {"status": {"phase": "Running"}}, content=MERGE)
    watched.wait_for(cell, "DOWN")  # it has no sidecar
    server.call("DELETE", f"{server.path(pod)}?gracePeriodSeconds=0")
    watched.wait_for(cell, None)


@pytest.mark.usefixtures("hole")
def test_a_server_that_restarts_leaves_nothing_up_and_is_followed_again(
    server: Server, watched: Watched
) -> None:
    server.stop()
    wait_until(
        lambda: any(c["type"] == "LOST" for d in watched.drifts for c in d["changes"]),
        "the loss is printed", 60,
    )  # fmt: skip
    assert {to for d in watched.drifts for t in d["turns"] if (to := t["after"])} <= {
        "DOWN",
        "UNKNOWN",
    }
    server.start()
    server.delete(HOLE)
    watched.wait_for(CELL, None)
    assert not any(t["after"] == "UP" for d in watched.drifts for t in d["turns"])


def test_a_version_that_is_forgotten_is_gone(server: Server, tmp_path: Path) -> None:
    """What the watch does then, tests/extauthz/posture/test_watcher.py shows: list again."""
    token = tmp_path / "token"
    token.write_text(server.token(SPACE, "auditor"))
    with pytest.raises(GoneError):
        list(watch(Api(server.url, token, server.ca), "/api/v1/pods", "1"))
