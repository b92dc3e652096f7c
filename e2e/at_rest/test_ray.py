"""The same catalogue from three nodes of Ray, one of which is lost, as from this machine."""

import os
import subprocess
import sys
from pathlib import Path

from hospital_files import fill
from ray_cluster_marks import NEEDS_RAY
from reports import catalogue, command

pytestmark = NEEDS_RAY


def test_a_lost_node_loses_nothing(tmp_path):
    data = tmp_path / "data"
    fill(data, tables=40, rows=800)
    program = Path(__file__).with_name("ray_cluster.py")
    # Ray writes a token and its logs below the home folder and /tmp
    environment = os.environ | {"HOME": str(tmp_path), "RAY_USAGE_STATS_ENABLED": "0"}
    script = 'ip link set lo up && exec "$@"'
    words = [sys.executable, str(program), str(data), str(tmp_path / "ray")]
    found = subprocess.run(
        ["unshare", "-n", "sh", "-c", script, "sh", *words],  # noqa: S607 - util-linux
        capture_output=True,
        text=True,
        env=environment,
        timeout=900,
        check=False,
    )
    assert "lost a node" in found.stdout, found.stderr[-2000:]
    assert "exit code 1" in found.stdout
    assert "Hollingsworth" not in found.stdout + found.stderr
    local = command("scan", data, "--catalogue", tmp_path / "local")
    assert subprocess.run(local, capture_output=True, check=False).returncode == 1
    assert catalogue(tmp_path / "ray") == catalogue(tmp_path / "local")
