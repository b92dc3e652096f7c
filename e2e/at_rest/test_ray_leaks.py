"""Ray scans a value of every infoType, and nothing that Ray writes or answers holds one.

Its session folder, with the logs of every process, is searched, and what the cluster says of its
tasks. Ray's dashboard is not part of what is installed here, so it was not asked.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from canaries_at_rest import broken_files, leaks, leaks_of, named, tables
from ray_cluster_marks import NEEDS_RAY
from stores.local import STORES

pytestmark = NEEDS_RAY


@pytest.fixture(scope="module")
def scanned(tmp_path_factory):
    """The folder of the run, and Ray's own."""
    place = tmp_path_factory.mktemp("ray")
    # the paths of Ray's sockets may not be long
    session = Path(tempfile.mkdtemp(prefix="ray-", dir="/tmp"))
    specs = [broken_files(place / "broken")]
    specs += [
        fill(place / name, [*tables(), named()] if name == "csv" else tables())
        for name, fill in STORES.items()
    ]
    program = Path(__file__).with_name("ray_canaries.py")
    script = 'ip link set lo up && exec "$@"'
    words = [sys.executable, str(program), str(place), str(session), *specs]
    done = subprocess.run(
        ["unshare", "-n", "sh", "-c", script, "sh", *words],  # noqa: S607 - util-linux
        capture_output=True,
        env=os.environ | {"HOME": str(place), "RAY_USAGE_STATS_ENABLED": "0"},
        timeout=900,
        check=False,
    )
    yield place, session, done.stdout + done.stderr
    shutil.rmtree(session)


def test_it_was_scanned(scanned):
    place, session, printed = scanned
    assert b"exit code 2" in printed, printed[-2000:]
    assert b"perform" in (place / "state.json").read_bytes()
    assert len(list(session.rglob("*.log"))) > 5


def test_what_was_printed_holds_none(scanned):
    assert leaks(scanned[2]) == set()


def test_rays_session_folder_holds_none(scanned):
    assert leaks_of(scanned[1].rglob("*")) == {}


def test_what_the_cluster_says_of_its_tasks_holds_none(scanned):
    assert leaks((scanned[0] / "state.json").read_bytes()) == set()


def test_the_catalogue_holds_none(scanned):
    assert leaks_of((scanned[0] / "catalogue").rglob("*")) == {}
