"""`phiguard posture watch`: the cells that turn, what changed, and metrics of the newest audit."""

import argparse
import contextlib
import json
import subprocess
import sys
import time
import urllib.request

import json_forms
import pytest
from posture_cluster import Api
from posture_folder import HOLE, objects
from posture_reports import audited, verdict
from serving import free_port

from extauthz.commands.posture import watch
from extauthz.posture.watcher import Change
from mesh.posture.drift import drift
from mesh.posture.verdict import State

SERVICES = "/api/v1/services"
CELL = "clinic/Deployment/ehr/inbound/9999/mesh"


@pytest.fixture
def api():
    with Api(objects()) as running:
        yield running


@contextlib.contextmanager
def watching(api, *options):
    """The command as a program. The first line of its standard error is there: it watches."""
    words = ["posture", "watch", "kubernetes://", "--kubernetes-api", api.url, *options]
    program = subprocess.Popen(  # noqa: S603 - our own
        [sys.executable, "-m", "extauthz.cli", *words],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        said = []
        while not said or not said[-1].startswith("The guard is up at"):
            line = program.stderr.readline()
            assert line, said
            said.append(line)
        yield program
    finally:
        program.terminate()
        program.communicate(timeout=20)


def test_a_hole_that_opens_is_printed_with_who_opened_it(api):
    page = f"127.0.0.1:{free_port()}"
    fields = [{"manager": "kubectl-edit", "time": "2026-11-30T14:00:00Z"}]
    with watching(api, "--format", "json", "--metrics-listen", page) as program:
        assert 'state="DOWN"} 0.0' in scraped(page)
        item = {**HOLE, "metadata": {**HOLE["metadata"], "managedFields": fields}}
        api.send("ADDED", item, SERVICES)
        line = program.stdout.readline()
        json_forms.check(("posture", "watch", "--format", "json"), line)
        value = json.loads(line)
        assert value["changes"][0]["name"] == "Service clinic/reports"
        assert value["changes"][0]["manager"] == "kubectl-edit"
        turned = {each["cell"]: each for each in value["turns"]}
        assert (turned[CELL]["before"], turned[CELL]["after"]) == (None, "DOWN")
        assert value["summary"]["DOWN"] == 3
        until = time.monotonic() + 20
        while 'state="DOWN"} 3.0' not in scraped(page):
            assert time.monotonic() < until


def scraped(page):
    with urllib.request.urlopen(f"http://{page}/metrics", timeout=10) as answer:
        return answer.read().decode()


@pytest.mark.parametrize("changes", [[], [Change("ADDED", "Service clinic/reports", "clinic")]])
def test_for_people_the_cause_stands_before_the_cells(changes, capsys):
    args = argparse.Namespace(format="table", accept=None)
    down = verdict(State.DOWN)
    other = Change("MODIFIED", "Pod lab/x", "lab")
    turns = drift(audited(verdict(State.UP)).report, audited(down).report)
    watch._print(args, audited(down), [other, *changes], turns)
    first, *rest = capsys.readouterr().out.splitlines()
    cause = changes[0].line if changes else other.line
    assert first == f"2027-01-15T08:00:00 {cause}"
    assert rest[-1] == f"2027-01-15T08:00:00   UP -> {down.line}"
    watch._print(args, audited(down), [], turns)
    assert "evidence grew old" in capsys.readouterr().out
