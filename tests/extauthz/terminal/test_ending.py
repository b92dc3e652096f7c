"""A process that a signal ends leaves no line of progress behind, and ends by that signal."""

import io
import os
import pty
import signal
import subprocess
import sys
import threading

import pytest

from extauthz.terminal.ending import erase_first

DRAWS = """
import sys, time
from extauthz.terminal.progress import Progress
with Progress() as progress:
    progress.show(lambda: "text", 1, 9)
    time.sleep(60)
"""
PREPARED = (signal.SIGTERM, signal.SIGHUP)


@pytest.mark.parametrize("number", [*PREPARED, signal.SIGINT])
def test_the_line_is_erased_and_the_process_ends_by_the_signal(number):
    ours, theirs = pty.openpty()
    process = subprocess.Popen(  # noqa: S603 - Python itself
        [sys.executable, "-c", DRAWS], stderr=theirs, start_new_session=True,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "60"},
    )  # fmt: skip
    os.close(theirs)
    written = b""
    while b"text" not in written:
        written += os.read(ours, 4096)
    process.send_signal(number)
    assert process.wait(60) == -number
    after = b""
    try:
        while part := os.read(ours, 4096):
            after += part
    except OSError:  # the last writer has closed it
        pass
    os.close(ours)
    assert b"\x1b[2K" in (written + after).partition(b"text")[2]


def test_handlers_are_put_back_and_those_of_others_stay():
    mine = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        undo = erase_first(io.StringIO())
        assert signal.getsignal(signal.SIGTERM) not in {signal.SIG_DFL, signal.SIG_IGN}
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        undo()
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    finally:
        signal.signal(signal.SIGHUP, mine)


def test_another_thread_changes_no_handler():
    thread = threading.Thread(target=erase_first, args=[io.StringIO()])
    thread.start()
    thread.join()
    assert [signal.getsignal(number) for number in PREPARED] == [signal.SIG_DFL] * 2
