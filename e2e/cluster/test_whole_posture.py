"""The whole audit on a real istiod and API server: objects, Envoys' dumps and a guard's ledger.

First the clean mesh: no cell is DOWN, and none is UNKNOWN where nothing was withheld. Then a hole
of each class, applied to the running API server: its cell is no longer UP, and `posture watch` says
so within ten seconds. After each hole the mesh is clean again.
"""

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import pytest

from e2e.cluster.api_server import kubeconfig, needed, wait_until
from e2e.cluster.istiod import Release, istiod
from e2e.cluster.posture_holes import HOLES, VICTIM
from e2e.cluster.proxies import any_certificate
from e2e.cluster.running import HELM, server_with_kinds
from e2e.cluster.whole_mesh import (
    WORKLOADS,
    Item,
    WholeMesh,
    guard,
    mesh_settings,
    objects,
    pod,
    run_guard_pod,
    run_workload,
    sidecars,
)
from extauthz.cli import main
from extauthz.demo.topology import LOOPBACK, Workload, free_ports
from mesh.policy_file.custom_resource import custom_resource_definition

pytestmark = pytest.mark.slow

CELL: Final = f"{VICTIM.namespace}/Deployment/{VICTIM.name}"
ANY: Final = Workload("any", "any")
MOST_SECONDS: Final = 10.0
"""From a change to a line of the watch."""
CONVERGED_SECONDS: Final = 60.0


@pytest.fixture(scope="module")
def mesh(envoy: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeMesh]:
    folder = tmp_path_factory.mktemp("whole")
    with ExitStack() as stack:
        with needed():
            server = server_with_kinds(stack, folder, Release(), objects="")
        server.define(custom_resource_definition())
        server.namespace("istio-system")
        running = stack.enter_context(istiod(server, HELM, mesh_settings(), Release()))
        for each in objects():
            server.apply(each)
        for workload in WORKLOADS:
            run_workload(server, pod(workload), workload)
        run_guard_pod(server)
        stack.enter_context(any_certificate(folder))
        port, *ports = stack.enter_context(free_ports(1 + len(WORKLOADS)))
        judging = stack.enter_context(guard(server, folder / "guard", port))
        started = sidecars(envoy, running, server, folder, ports)
        (folder / "dumps").mkdir()
        (folder / "canaries.jsonl").touch()
        kubeconfig(server)
        found = WholeMesh(
            server, running, judging, started, folder / "dumps", folder / "canaries.jsonl"
        )
        found.dump()
        yield found


def options(mesh: WholeMesh) -> list[str]:
    given = {
        "--kubeconfig": mesh.server.folder / "kubeconfig",
        "--istiod": f"http://{LOOPBACK}:{mesh.istiod.http}",
        "--proxies": mesh.folder,
        "--ledger": mesh.guard.ledger,
        "--canaries": mesh.canaries,
        "--format": "json",
    }
    return ["kubernetes://", *(str(word) for pair in given.items() for word in pair)]


def audited(mesh: WholeMesh, capsys: pytest.CaptureFixture[str], *more: str) -> Item:
    """The report of an audit with new dumps."""
    mesh.dump()
    capsys.readouterr()
    main(["posture", "audit", *options(mesh), *more])
    said = capsys.readouterr()
    found: Item = json.loads(said.out)
    return found


def states(report: Item) -> dict[str, str]:
    return {each["cell"]: each["state"] for each in report["cells"]}


def not_up(report: Item) -> list[str]:
    return [each["line"] for each in report["cells"] if each["state"] != "UP"]


def test_a_clean_mesh_of_thirty_workloads_is_up(
    mesh: WholeMesh, capsys: pytest.CaptureFixture[str], record_property: Any
) -> None:
    report = audited(mesh, capsys)
    counts = Counter(states(report).values())
    with capsys.disabled():
        sys.stderr.write(f"clean: {dict(counts)}\n")
    record_property("cells", dict(counts))
    assert not_up(report) == []
    assert len({each.rpartition("/inbound")[0] for each in states(report)} - {""}) == len(WORKLOADS)


def test_encryption_says_each_edge_and_each_certificate(
    mesh: WholeMesh, capsys: pytest.CaptureFixture[str]
) -> None:
    mesh.dump()
    capsys.readouterr()
    assert main(["posture", "encryption", *options(mesh)]) == 0
    found = json.loads(capsys.readouterr().out)
    spaces = {workload.namespace for workload in WORKLOADS}
    edges = [each for each in found["edges"] if each["host"].split(".")[1] in spaces]
    assert len(edges) == len(WORKLOADS) ** 2
    assert {each["encryption"] for each in edges} == {"mtls"}
    assert all(each["issuer"] and each["since"] < each["until"] for each in found["certificates"])
    # the Envoys here share one certificate
    assert {each["principal"] for each in found["certificates"]} == {ANY.principal}


WITHHELD: Final = {
    "one dump": ("--proxies", "its proxy's configuration was not given"),
    "ledger": ("--ledger", "no ledger was given"),
    "istiod": ("--istiod", "nobody says whether it has istiod's newest configuration"),
    "canaries": ("--canaries", "nobody says whether canaries go there"),
}


@pytest.mark.parametrize("name", WITHHELD)
def test_what_is_withheld_is_unknown_and_says_so(
    mesh: WholeMesh, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    flag, why = WITHHELD[name]
    mesh.dump()
    given = options(mesh)
    if name == "one dump":
        (mesh.folder / f"{VICTIM.namespace}.{VICTIM.name}-0.json").unlink()
    else:
        at = given.index(flag)
        del given[at : at + 2]
    capsys.readouterr()
    main(["posture", "audit", *given])
    report = json.loads(capsys.readouterr().out)
    found = {c["cell"]: c for c in report["cells"] if c["state"] != "UP"}
    assert {each["state"] for each in found.values()} == {"UNKNOWN"}
    assert all(why in each["line"] for each in found.values())
    if name == "one dump":
        assert {cell.startswith(CELL) for cell in found} == {True}
    else:
        assert len(found) == len(report["cells"])


@pytest.fixture(scope="module")
def drifts(mesh: WholeMesh, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """What a watch of the mesh prints, while the holes are opened."""
    folder = tmp_path_factory.mktemp("watch")
    out, err = folder / "out", folder / "err"
    with out.open("w") as stdout, err.open("w") as stderr:
        program = subprocess.Popen(
            [sys.executable, "-m", "extauthz.cli", "posture", "watch", *options(mesh)],
            stdout=stdout, stderr=stderr, text=True,
        )  # fmt: skip
        try:
            wait_until(lambda: "The guard is up at" in err.read_text(), "the first audit", 120)
            yield out
        finally:
            program.terminate()
            program.wait(20)
    assert "Traceback" not in err.read_text()


def turned(out: Path, cell: str, since: int) -> bool:
    """Whether the watch has said, after so many lines, that a cell is no longer UP."""
    lines = out.read_text().splitlines(keepends=True)[since:]
    whole = (json.loads(line) for line in lines if line.endswith("\n"))
    return any(
        turn["cell"] == cell and turn["after"] != "UP" for drift in whole for turn in drift["turns"]
    )


@pytest.mark.parametrize("name", HOLES)
def test_a_hole_is_never_up_and_the_watch_says_so(
    mesh: WholeMesh, drifts: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    hole = HOLES[name]
    cell = f"{CELL}/{hole.cell}"
    wait_until(lambda: states(audited(mesh, capsys)).get(cell) == "UP", f"{cell} is UP", 90)
    since, began = len(drifts.read_text().splitlines()), time.monotonic()
    with hole.open(mesh):
        if hole.is_watched:
            wait_until(lambda: turned(drifts, cell, since), f"the watch says {name}", 60)
            seconds = time.monotonic() - began
            assert seconds <= MOST_SECONDS, seconds
            with capsys.disabled():
                sys.stderr.write(f"\n{name}: the watch says so after {seconds:.1f} s\n")
        report: Item = {}

        def is_seen() -> bool:
            report.update(audited(mesh, capsys))
            return states(report).get(cell) not in ("UP", None)

        wait_until(is_seen, f"{name}: {cell} is not UP", CONVERGED_SECONDS)
        (found,) = (each for each in report["cells"] if each["cell"] == cell)
        with capsys.disabled():
            sys.stderr.write(f"{found['line']}\n")
        assert found["state"] == ("UNKNOWN" if name == "a proxy out of sync" else "DOWN"), found
    wait_until(lambda: not_up(audited(mesh, capsys)) == [], "clean again", CONVERGED_SECONDS)
