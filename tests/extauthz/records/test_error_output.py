"""Processes whose standard error is read, as JSON lines of this process's log."""

import os
import subprocess
import sys

import orjson
import pytest

# `output` is an ErrorOutput whose window does not end; the log goes to standard error
PRELUDE = """
import ctypes, faulthandler, logging, multiprocessing, os, sys, threading
from extauthz.records import error_output, logs
from extauthz.records.error_output import ErrorOutput
logs.configure()
output = ErrorOutput(7, 3600.0)
MARK = "536-22-8790"
LINE = b"E1129 19:12:53.004658   28562 a.cc:1] " + MARK.encode()
"""


@pytest.fixture
def lines(tmp_path):
    """Run code in a process of its own. Returns its exit code and what it logged."""

    def of(code):
        script = tmp_path / "script.py"
        script.write_text(PRELUDE + code)
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, script]
        ended = subprocess.run(command, capture_output=True, check=False, env=environment)  # noqa: S603 - Python
        assert b"536-22-8790" not in ended.stderr
        return ended.returncode, ended.stderr.splitlines()

    return of


def events(logged):
    return {line["event"]: line for line in map(orjson.loads, logged)}


UNKNOWN = "something was written to standard error; its text is not shown"


def test_each_write_is_counted_and_its_text_is_dropped(lines):
    code, logged = lines(
        """
with error_output.diverted(output.inlet):
    os.write(2, LINE)
    os.write(2, b"")
    print(MARK, file=sys.stderr, flush=True)
    sys.stderr.write(MARK)
output.close()
"""
    )

    # `print` writes its text and the end of the line
    assert (code, [line["count"] for line in map(orjson.loads, logged)]) == (0, [1, 3])
    assert {line["event"] for line in map(orjson.loads, logged)} == {UNKNOWN}
    assert {line["worker"] for line in map(orjson.loads, logged)} == {7}


def test_standard_error_is_given_back(lines):
    _, logged = lines(
        """
before = sys.stderr, sys.unraisablehook, threading.excepthook
with error_output.own(0):
    assert sys.stderr is not before[0]
    assert faulthandler.is_enabled()
assert (sys.stderr, sys.unraisablehook, threading.excepthook) == before
assert not faulthandler.is_enabled()
print("mine again", file=sys.stderr)
"""
    )

    assert logged == [b"mine again"]


def test_a_loss_is_said_when_the_reader_waited_for_the_first_line(lines):
    """The reader wakes when all is written: these writes keep the interpreter's lock."""
    code, logged = lines(
        """
import time
write = ctypes.PyDLL(None).write
sys.setswitchinterval(100)
time.sleep(0.1)  # until the reader waits
with error_output.diverted(output.inlet):
    while write(2, LINE, len(LINE)) > 0:
        pass
    output.close()
"""
    )

    said = events(logged)
    assert code == 0
    assert said[UNKNOWN]["count"] > 100
    assert "standard error was written faster than it was read; some of it was not counted" in said


def test_a_full_socket_stops_no_writer_and_the_loss_is_said(lines):
    code, logged = lines(
        """
output._quota._lock.acquire()
with error_output.diverted(output.inlet):
    try:
        while True:
            os.write(2, LINE)
    except BlockingIOError:
        pass
    for _ in range(100):
        print(MARK, file=sys.stderr)
    output._quota._lock.release()
    output.close()
"""
    )

    said = events(logged)
    assert code == 0
    assert said[UNKNOWN]["count"] > 100
    assert "standard error was written faster than it was read; some of it was not counted" in said


def test_what_nobody_catches_in_a_thread_is_said_without_its_text(lines):
    code, logged = lines(
        """
def fail():
    raise ValueError(MARK)

class Bad:
    def __del__(self):
        raise TypeError(MARK)

with error_output.own(0):
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    Bad()
"""
    )

    said = [(line["event"], line["error"]) for line in map(orjson.loads, logged)]
    assert (code, said) == (
        0,
        [("an error was not caught", "ValueError"), ("an error was not caught", "TypeError")],
    )


def test_the_last_words_of_a_process_are_read_by_its_parent(lines):
    code, logged = lines(
        """
def child(inlet):
    with error_output.diverted(inlet):
        ctypes.pythonapi.Py_FatalError(MARK.encode())

if __name__ == "__main__":
    process = multiprocessing.get_context("spawn").Process(target=child, args=(output.inlet,))
    process.start()
    process.join()
    output.close()
    sys.exit(process.exitcode == -6)
else:  # the child imports this module too
    output.close()
"""
    )

    said = events(logged)["a process said why it crashes"]
    assert (code, said["level"], said["worker"]) == (1, "critical", 7)


def test_a_crash_shows_the_lines_of_code_on_the_real_standard_error(lines):
    code, logged = lines(
        """
with error_output.own(0):
    os.kill(os.getpid(), 11)
"""
    )

    assert code == -11
    assert logged[0] == b"Fatal Python error: Segmentation fault"
    assert any(b"script.py" in line for line in logged)
