"""A scan over Ray's client server, with a token, on a head that runs no units: as on KubeRay."""

import os
import subprocess
import sys
from pathlib import Path

from hospital_files import fill
from ray_cluster_marks import NEEDS_RAY
from reports import catalogue, command

pytestmark = NEEDS_RAY


def test_a_cluster_with_a_token_reads_the_same_and_refuses_who_has_none(tmp_path):
    data = tmp_path / "data"
    fill(data, tables=6, rows=50)
    program = Path(__file__).with_name("ray_client.sh")
    environment = os.environ | {"HOME": str(tmp_path), "RAY_USAGE_STATS_ENABLED": "0"}
    script = 'ip link set lo up && exec bash "$@"'
    words = [str(program), sys.executable, str(tmp_path), str(data)]
    # in a namespace of processes, too: Ray's daemons end with it
    found = subprocess.run(
        ["unshare", "-n", "-p", "-f", "--mount-proc", "sh", "-c", script, "sh", *words],  # noqa: S607 - util-linux
        capture_output=True,
        text=True,
        env=environment,
        timeout=600,
        check=False,
    )
    assert [line for line in found.stdout.splitlines() if line.startswith("exit code")] == [
        "exit code 1",
        "exit code 2",
    ], found.stderr[-2000:]
    assert "no Ray cluster answers" in found.stderr
    assert "Hollingsworth" not in found.stdout + found.stderr
    local = command("scan", data, "--catalogue", tmp_path / "local")
    assert subprocess.run(local, capture_output=True, check=False).returncode == 1
    assert catalogue(tmp_path / "ray") == catalogue(tmp_path / "local")
