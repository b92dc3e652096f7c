import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

CRASHES = """
import os, resource, signal
_, hard = resource.getrlimit(resource.RLIMIT_CORE)
resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
{forbid}
os.kill(os.getpid(), signal.SIGABRT)
"""
FORBID = "from extauthz.guard import core_dumps; core_dumps.forbid()"


def _crashed(code: str, folder: Path) -> tuple[int, bool, list[Path]]:
    """Run code that crashes in a folder: the signal, whether it was dumped, and what was written."""
    pid = os.posix_spawn(
        "/bin/sh",
        ["sh", "-c", 'cd "$1" && exec "$2" -c "$3"', "sh", str(folder), sys.executable, code],
        os.environ,
    )
    _, status = os.waitpid(pid, 0)
    return os.WTERMSIG(status), os.WCOREDUMP(status), list(folder.iterdir())


def test_a_crash_writes_no_dump(tmp_path):
    assert _crashed(CRASHES.format(forbid=FORBID), tmp_path) == (signal.SIGABRT, False, [])


def test_without_it_a_crash_is_dumped(tmp_path):
    """The test above can fail."""
    if resource.getrlimit(resource.RLIMIT_CORE)[1] in (0, 1):
        pytest.skip("core dumps are forbidden on this machine")
    _, dumped, written = _crashed(CRASHES.format(forbid=""), tmp_path)
    if not dumped and not written:
        pytest.skip("core_pattern of this machine writes no dump")
    assert dumped


def test_children_inherit_it():
    code = (
        f"import subprocess, sys; {FORBID}\n"
        "subprocess.run([sys.executable, '-c', "
        "'import resource; print(resource.getrlimit(resource.RLIMIT_CORE))'])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert said.stdout.strip() in {"(1, 1)", "(0, 0)"}
