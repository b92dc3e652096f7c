"""Ray scans a value of every infoType, and nothing that Ray writes, answers or shows holds one.

Searched are its session folder, with the logs of every process, and whatever its dashboard, its
state API and its command line say. A worker is lost during the scan, and another one reads a file
whose reader breaks as native code does. What a task of the test leaks on purpose is found by the
same search, so the search can find something.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from canaries_at_rest import BROKEN, broken_files, leaks, leaks_of, named, tables, watched
from ray_answers import MARK
from ray_cluster_marks import NEEDS_RAY
from stores.local import STORES

from extauthz.rest.folder import Folder
from extauthz.rest.store import Store

pytestmark = NEEDS_RAY


@pytest.fixture(scope="module")
def scanned(tmp_path_factory):
    """The folder of the run, Ray's own, and what was printed."""
    place = tmp_path_factory.mktemp("ray")
    # the paths of Ray's sockets may not be long
    session = Path(tempfile.mkdtemp(prefix="ray-", dir="/tmp"))
    specs = [broken_files(place / "broken")]
    specs += [
        fill(place / name, [*tables(), named()] if name == "csv" else tables())
        for name, fill in STORES.items()
    ]
    environ = watched(place) | {
        "HOME": str(place),
        "PATH": f"{_programs()}:{os.environ['PATH']}",
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_BACKEND_LOG_LEVEL": "debug",
        "RAY_DASHBOARD_ENABLE_PROFILING": "1",
    }
    program = Path(__file__).with_name("ray_canaries.py")
    script = 'ip link set lo up && exec "$@"'
    words = [sys.executable, str(program), str(place), str(session), *specs]
    # in a namespace of processes, too: Ray's daemons end with it
    done = subprocess.run(
        ["unshare", "-n", "-p", "-f", "--mount-proc", "sh", "-c", script, "sh", *words],  # noqa: S607 - util-linux
        capture_output=True,
        env=environ,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    yield place, session, done.stdout + done.stderr
    shutil.rmtree(session)


def _programs():
    """The folder of the programs that come with Ray: its dashboard starts a profiler."""
    return Path(importlib.util.find_spec("ray").origin).parents[1] / "bin"


@pytest.fixture
def units(scanned):
    store = Store(Folder(scanned[0] / "catalogue").database)
    found = {unit.name: unit for unit in store.units()}
    store.close()
    return found


def test_it_was_scanned_although_a_worker_was_lost(scanned, units):
    printed = scanned[2]
    assert b"exit code 2" in printed, printed[-2000:]
    assert b"lost a worker" in printed
    assert units["telling.csv"].verdict.value == "phi"
    assert not [unit for unit in units.values() if "WORKER_LOST" in unit.profile.unread]


def test_a_reader_that_breaks_is_named_by_the_class_of_its_error(units):
    broken = units[BROKEN]
    assert broken.profile.unread == {"INTERNAL_ERROR": 1}
    assert broken.detail == "Panic"


@pytest.mark.parametrize(
    "answer",
    ["api%2Fv0%2Ftasks?detail", "logs%2Ffile?task_id", "worker-", "ray list tasks", "timeline"],
)
def test_a_leak_would_have_been_seen(scanned, answer):
    place, session, _ = scanned
    found = [
        path
        for path in (*(place / "answers").iterdir(), *session.rglob("*"))
        if path.is_file() and (path.match(answer) or answer in path.name)
    ]
    assert [path for path in found if MARK.encode() in path.read_bytes()]


def test_what_was_printed_holds_none(scanned):
    assert leaks(scanned[2]) == set()


def test_rays_session_folder_holds_none(scanned):
    assert len(list(scanned[1].rglob("*.log"))) > 5
    assert leaks_of(scanned[1].rglob("*")) == {}


def test_what_the_dashboard_and_the_commands_answer_holds_none(scanned):
    answers = list((scanned[0] / "answers").iterdir())
    assert len(answers) > 60
    assert leaks_of(answers) == {}


def test_where_a_worker_stands_is_shown_without_what_it_reads(scanned):
    (found,) = (scanned[0] / "answers").glob("worker%2Ftraceback*")
    assert b"_perform" in found.read_bytes()


def test_no_log_of_any_library_holds_one(scanned):
    logs = list((scanned[0] / "logs").iterdir())
    assert all(b"logs are written" in path.read_bytes() for path in logs)
    assert leaks_of(logs) == {}


def test_the_catalogue_holds_none(scanned):
    assert leaks_of((scanned[0] / "catalogue").rglob("*")) == {}
