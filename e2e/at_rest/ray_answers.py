"""Asks a Ray cluster whatever its dashboard, its state API and its command line answer.

Each answer is a file. What was refused is kept too: a refusal may quote.
"""

import json
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MARK = "leaked-by-the-second-task"
"""What a task of the test leaks, so that it is seen where a leak would be."""
PORT = 8265
ADDRESS = f"http://127.0.0.1:{PORT}"
_SECONDS = 60
_SOME = 20
_STATES = (
    "tasks actors objects workers nodes jobs placement_groups runtime_envs cluster_events".split()
)
_PAGES = (
    *(f"api/v0/{state}?detail=true&limit=10000" for state in _STATES),
    *(f"api/v0/{state}/summarize" for state in ("tasks", "actors", "objects")),
    "api/v0/tasks/timeline?download=0",
    "api/v0/cluster_metadata",
    "api/v0/platform_events",
    "api/version",
    "api/jobs/",
    "api/cluster_status?format=1",
    "api/component_activities",
    "api/prometheus/sd",
    "api/train/v2/runs",
    "logical/actors",
    "events",
    "nodes?view=summary",
    "nodes?view=details",
    "test/dump",
)
_COMMANDS = (
    *(
        ("list", state.replace("_", "-"), "--detail", "--format", "json", "--limit", "10000")
        for state in _STATES
    ),
    *(("summary", state) for state in ("tasks", "actors", "objects")),
    ("memory",),
    ("status", "--verbose"),
    ("logs", "cluster"),
)


def ask_all(answers: Path) -> None:
    """Keep the answer of each page, each log and each command."""
    for page in _PAGES:
        _keep(answers, page)
    tasks = json.loads((answers / _name(_PAGES[0])).read_bytes())["data"]["result"]["result"]
    for task in [*tasks[:_SOME], *(each for each in tasks if each["state"] == "FAILED")]:
        for suffix in ("out", "err"):
            words = {"task_id": task["task_id"], "suffix": suffix, "lines": "-1"}
            _keep(answers, f"api/v0/logs/file?{urllib.parse.urlencode(words)}")
    for page in (*_logs(), *_details()):
        _keep(answers, page)
    for command in _COMMANDS:
        done = subprocess.run(
            [sys.executable, "-m", "ray.scripts.scripts", *command],
            capture_output=True,
            cwd=answers,
            check=False,
        )
        (answers / _name("ray " + " ".join(command))).write_bytes(done.stdout + done.stderr)


def ask_of_worker(answers: Path, pid: int) -> None:
    """Keep where a process stands, as the dashboard's profiler sees it."""
    _keep(answers, f"worker/traceback?ip=127.0.0.1&pid={pid}&native=0")


def _logs() -> Iterator[str]:
    """Every file of a log that the dashboard offers."""
    for node in _json("api/v0/nodes")["data"]["result"]["result"]:
        found = _json(f"api/v0/logs?node_id={node['node_id']}")["data"]["result"]
        for name in [name for names in found.values() for name in names]:
            words = {"node_id": node["node_id"], "filename": name, "lines": "-1"}
            yield f"api/v0/logs/file?{urllib.parse.urlencode(words)}"


def _details() -> Iterator[str]:
    """What there is of each job and each node, and the figures of each node."""
    for job in _json("api/jobs/"):
        if job["submission_id"]:
            yield f"api/jobs/{job['submission_id']}"
            yield f"api/jobs/{job['submission_id']}/logs"
    for node in _json("api/v0/nodes")["data"]["result"]["result"]:
        yield f"nodes/{node['node_id']}"
    for target in [place for group in _json("api/prometheus/sd") for place in group["targets"]]:
        yield f"http://{target}/metrics"


def _json(page: str) -> Any:
    return json.loads(_asked(page))


def _keep(answers: Path, page: str) -> None:
    (answers / _name(page)).write_bytes(_asked(page))


def _asked(page: str) -> bytes:
    address = page if page.startswith("http:") else f"{ADDRESS}/{page}"
    try:
        with urllib.request.urlopen(address, timeout=_SECONDS) as answer:  # noqa: S310 - made above
            return answer.read()
    except urllib.error.HTTPError as error:
        return b"refused: " + error.read()


def _name(page: str) -> str:
    return urllib.parse.quote(page, safe=" =&?")[-200:]
