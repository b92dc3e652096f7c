"""Child processes end with their context. An early end is an error with the last line printed."""

import sys
from pathlib import Path

import pytest

from extauthz.demo.processes import LabError, Processes

_FOREVER = [sys.executable, "-c", "import signal; signal.pause()"]
_DEAF = [
    sys.executable,
    "-uc",
    "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf'); signal.pause()",
]


def _fail_with_a_child(processes: Processes) -> None:
    with processes:
        processes.start("sleeper", _FOREVER)
        processes.start("missing", ["/no/envoy"])


def test_children_end_when_the_context_fails(tmp_path: Path) -> None:
    processes = Processes(tmp_path)
    with pytest.raises(LabError, match="/no/envoy"):
        _fail_with_a_child(processes)

    assert processes.children["sleeper"].popen.returncode is not None


@pytest.mark.slow
def test_a_child_that_ignores_the_request_is_killed(tmp_path: Path) -> None:
    with Processes(tmp_path) as processes:
        child = processes.start("deaf", _DEAF)
        processes.wait_until(lambda: "deaf" in child.output.read_text(), "the child's start")
        child.stop()

        assert child.popen.returncode == -9


def test_an_early_end_is_said_with_the_last_line_that_it_printed(tmp_path: Path) -> None:
    with Processes(tmp_path) as processes:
        processes.start("broken", [sys.executable, "-c", "raise SystemExit('no such policy')"])
        with pytest.raises(LabError, match=r"broken ended with status 1: no such policy"):
            processes.wait_until(lambda: False, "the impossible")


def test_waiting_ends_with_the_condition_that_did_not_come(tmp_path: Path) -> None:
    with (
        Processes(tmp_path) as processes,
        pytest.raises(LabError, match=r"the impossible took longer than 0 s"),
    ):
        processes.wait_until(lambda: False, "the impossible", seconds=0.05)


def test_a_missing_program_is_named(tmp_path: Path) -> None:
    with (
        Processes(tmp_path) as processes,
        pytest.raises(LabError, match=r"cannot start /no/envoy: No such file"),
    ):
        processes.start("envoy", ["/no/envoy"])


def test_a_child_that_was_stopped_on_purpose_is_not_missed(tmp_path: Path) -> None:
    with Processes(tmp_path) as processes:
        processes.start("guard", _FOREVER)
        processes.stop("guard")
        processes.wait_until(lambda: True, "nothing")

        assert processes.children == {}
