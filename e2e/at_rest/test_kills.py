"""Kill -9 at 50 random moments of scans: the catalogue is that of a scan that nobody disturbed."""

import random
import signal
import subprocess

import pytest
from hospital_files import fill
from reports import catalogue, command

KILLS = 50


@pytest.mark.slow
def test_fifty_random_kills_change_nothing(tmp_path):
    data = tmp_path / "data"
    fill(data, tables=120, rows=400)
    calm = command("scan", data, "--catalogue", tmp_path / "calm")
    assert subprocess.run(calm, capture_output=True, check=False).returncode == 1
    chance = random.Random(7)  # noqa: S311 - moments
    killed = 0
    for _ in range(KILLS):
        process = subprocess.Popen(
            command("scan", data, "--catalogue", tmp_path / "killed"),
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            process.wait(chance.uniform(0.2, 6.0))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            killed += 1
        process.wait()
        if process.returncode == 1:  # it was done: let the next ones begin anew
            newer = data / "ward0" / f"table{2 * killed % 120:03}.csv"
            if newer.exists():
                newer.touch()
    assert killed > KILLS // 3
    last = subprocess.run(
        command("scan", data, "--catalogue", tmp_path / "killed"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert last.returncode == 1, last.stderr
    assert "240 units" in last.stdout
    assert catalogue(tmp_path / "killed") == catalogue(tmp_path / "calm")
    again = subprocess.run(
        command("scan", data, "--catalogue", tmp_path / "killed"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "240 units, 0 read, 240 unchanged" in again.stdout
