"""Whole commands on a real terminal (a pty), in pipes that close, and interrupted."""

import os
import re
import signal
import subprocess
import sys
import time

import pytest
from running_guard import REDACTED

from tools import pictures

COMMAND = [sys.executable, "-m", "extauthz.cli"]
STYLE = re.compile(rb"\x1b\[[0-9;]*m")
PLAIN = {"NO_COLOR", "FORCE_COLOR", "COLUMNS", "LC_ALL", "LC_CTYPE"}


def environment(**more):
    kept = {name: value for name, value in os.environ.items() if name not in PLAIN}
    return {**kept, "TERM": "xterm-256color", "LANG": "C.UTF-8", **more}


def on_terminal(words, **more):
    """Run a command on a terminal of 80 columns. Return its code and what it wrote."""
    return pictures.on_terminal([*COMMAND, *map(str, words)], 80, environment(**more))


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "evil\x1b]0;x\x07[red].json").write_bytes(REDACTED)
    (tmp_path / ("a long name of a file in the north " * 3 + "caf\u00e9.json")).write_bytes(
        REDACTED
    )
    return tmp_path


def test_a_table_fits_80_columns_and_no_name_commands_the_terminal(folder):
    code, written = on_terminal(["scan", folder])
    assert code == 1
    lines = STYLE.sub(b"", written).decode().replace("\r\n", "\n").split("\n")
    final = [line.rpartition("\x1b[2K")[2] for line in lines]
    assert max(map(len, final)) <= 80
    assert b"\x1b]0;" not in written
    assert "[red].json" in "".join(map(str.strip, final))  # a long word may be folded


@pytest.mark.parametrize(
    ("more", "is_coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)]
)
def test_colour_on_a_terminal(folder, more, is_coloured):
    written = on_terminal(["scan", folder], **more)[1]
    assert (b"\x1b[1;31mphi" in written) is is_coloured
    if more:
        assert b"m" not in b"".join(STYLE.findall(written))


def test_in_the_locale_c_everything_is_ascii(folder):
    written = on_terminal(["scan", folder], LC_ALL="C", NO_COLOR="1")[1]
    assert written.isascii()
    assert b"-----" in written


@pytest.mark.parametrize("more", [{"LC_ALL": "C"}, {"PYTHONIOENCODING": "ascii"}])
def test_no_encoding_ends_a_command(folder, more):
    done = subprocess.run(  # noqa: S603 - phiguard's command
        [*COMMAND, "scan", folder], env=environment(**more), capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (1, b"")
    assert b"\x1b" not in done.stdout


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["policy"],
        ["detectors", "list"],
        ["detectors", "list", "--format", "json"],
        ["policy", "schema"],
        ["istio", "values"],
        ["completion", "bash"],
        ["no-such-command"],
    ],
    ids=" ".join,
)
def test_a_closed_pipe_ends_quietly(words):
    """Both outputs go to a pipe that nobody reads any more."""
    reader, writer = os.pipe()
    os.close(reader)
    process = subprocess.Popen(  # noqa: S603 - phiguard's command
        [*COMMAND, *words], stdout=writer, stderr=subprocess.PIPE, env=environment()
    )
    os.close(writer)
    _, said = process.communicate(timeout=60)
    if words == ["no-such-command"]:
        assert (process.returncode, said.count(b"\n")) == (2, 1)
    else:
        assert (process.returncode, said) == (141, b"")


def test_a_closed_error_output_ends_quietly():
    reader, writer = os.pipe()
    os.close(reader)
    process = subprocess.Popen(  # noqa: S603 - phiguard's command
        [*COMMAND, "scan", "/nowhere"], stdout=writer, stderr=writer, env=environment()
    )
    os.close(writer)
    assert process.wait(60) == 141


@pytest.mark.parametrize("jobs", ["1", pytest.param("2", marks=pytest.mark.slow)])
def test_ctrl_c_is_130_without_a_traceback(tmp_path, jobs):
    for number in range(60):
        (tmp_path / f"{number}.txt").write_bytes(
            b"Ana Ruiz born 1970-01-01, MRN 12345678. " * 4_000
        )
    process = subprocess.Popen(  # noqa: S603 - phiguard's command
        [*COMMAND, "scan", "--jobs", jobs, "--format", "jsonl", tmp_path],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(),
        start_new_session=True,
    )  # fmt: skip
    os.read(process.stdout.fileno(), 10)  # it has begun
    time.sleep(0.2)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (130, b"")


@pytest.mark.parametrize(
    "words",
    [("-c", "import phiscan"), ("-m", "extauthz.cli", "--version"), ("-m", "extauthz.cli", "scan")],
    ids=" ".join,
)
def test_nothing_but_a_terminal_loads_rich(folder, words):
    more = [folder] if words[-1] == "scan" else []
    done = subprocess.run(  # noqa: S603 - Python itself
        [sys.executable, "-X", "importtime", *words, *more],
        env=environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    modules = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "phiscan" in modules or "extauthz.commands.tree" in modules
    assert not any(name.partition(".")[0] == "rich" for name in modules)
