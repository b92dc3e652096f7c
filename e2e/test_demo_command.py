"""The command that a newcomer runs first."""

import signal
import subprocess
import sys
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest


def test_the_demo_ends_within_the_two_minutes_that_the_readme_promises(
    envoy: Path, tmp_path: Path
) -> None:
    command = [
        sys.executable,
        "-m",
        "extauthz.cli",
        "demo",
        "--envoy",
        str(envoy),
        "--output",
        str(tmp_path),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "outcomes are as expected" in done.stdout
    assert "\033[" not in done.stdout  # no colour into a pipe


def test_a_demo_that_is_kept_ends_with_all_its_children(envoy: Path, tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "extauthz.cli",
        "demo",
        "--keep",
        "--envoy",
        str(envoy),
        "--output",
        str(tmp_path),
    ]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as demo:
        assert demo.stdout is not None
        lines: list[str] = []
        while not (lines and lines[-1].startswith("Try: curl")):
            lines.append(demo.stdout.readline())
            assert lines[-1], "".join(lines)
        admin = next(line for line in lines if line.split()[:1] == ["ehr"]).split()[-1]
        ready = urlopen(f"{admin}/ready")  # noqa: S310 - our own Envoy on loopback
        ready.close()
        demo.terminate()

    assert demo.returncode == 128 + signal.SIGTERM
    with pytest.raises(URLError, match="refused"):
        urlopen(f"{admin}/ready")  # noqa: S310 - as above


def test_a_missing_envoy_is_said_in_one_line(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "extauthz.cli", "demo", "--envoy", str(tmp_path / "none")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)

    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "--envoy" in done.stderr
