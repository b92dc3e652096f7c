"""What is printed goes nowhere meanwhile, whichever code prints it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from extauthz.rest.quiet import quiet

PRINTS = """
import os, subprocess, sys
from extauthz.rest.quiet import quiet
print("before")
with quiet():
    print("Ruiz")
    print("Ruiz", file=sys.stderr)
    os.write(1, b"Ruiz")
    os.write(2, b"Ruiz")
    subprocess.run(["/bin/sh", "-c", "echo Ruiz; echo Ruiz >&2"], check=True)
print("after")
os.write(2, b"after")
"""


def printed(script, streams=""):
    """What a process prints whose streams were changed by the shell."""
    command = ["/bin/sh", "-c", f'exec "$@" {streams}', "sh", sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr


def test_nothing_of_python_and_of_native_code_is_printed():
    assert printed(PRINTS) == ("before\nafter\n", "after")


def test_a_process_whose_streams_are_closed_goes_on():
    closed = "from extauthz.rest.quiet import quiet\nwith quiet(): pass\n"
    assert printed(closed, ">&- 2>&-") == ("", "")


def test_an_error_ends_it(capfd):
    with pytest.raises(ValueError, match="x"), quiet():
        raise ValueError("x")
    os.write(1, b"after")
    assert capfd.readouterr().out == "after"


def test_it_leaves_no_descriptor_open():
    def opened():
        return {path.name for path in Path("/proc/self/fd").iterdir()}

    before = opened()
    for _ in range(3):
        with quiet():
            pass
    assert opened() == before
