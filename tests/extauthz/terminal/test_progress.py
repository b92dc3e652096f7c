"""One line of progress: not too often, safe, and gone at the end."""

import io
import sys

import pytest

from extauthz.terminal.progress import Progress, amount


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self):
        return True


@pytest.fixture
def terminal(monkeypatch):
    for name, value in (("TERM", "xterm"), ("COLUMNS", "60"), ("LANG", "en_US.UTF-8")):
        monkeypatch.setenv(name, value)
    for name in ("NO_COLOR", "FORCE_COLOR", "LC_ALL", "LC_CTYPE"):
        monkeypatch.delenv(name, raising=False)
    return Terminal()


def test_it_is_not_drawn_more_often_than_a_person_reads(terminal):
    with Progress(out=terminal, clock=lambda: 0.0) as progress:
        for _ in range(1000):
            progress.show(lambda: "text", 1, 9)
        assert terminal.getvalue().count("text") == 1


@pytest.mark.parametrize("error", [None, RuntimeError, KeyboardInterrupt])
def test_the_line_is_erased_whatever_ends_it(terminal, error):
    try:
        with Progress(out=terminal) as progress:
            progress.show(lambda: "text", 1, 9)
            if error:
                raise error
    except (RuntimeError, KeyboardInterrupt):
        pass
    assert terminal.getvalue().endswith("\x1b[2K")
    assert "\x1b[?25l" not in terminal.getvalue()  # a killed process would leave it hidden


def test_a_file_name_cannot_command_the_terminal_and_is_no_markup(terminal):
    with Progress(out=terminal) as progress:
        progress.show(lambda: "a\x1b[2Jb [red]c", 1, 9)
    assert r"a\x1b[2Jb [red]c" in terminal.getvalue()


@pytest.mark.parametrize("name", ["dumb", ""])
def test_a_terminal_that_cannot_erase_sees_nothing(terminal, monkeypatch, name):
    monkeypatch.setenv("TERM", name)
    with Progress(out=terminal) as progress:
        progress.show(lambda: "text", 1, 9)
    assert terminal.getvalue() == ""


def test_results_on_the_same_screen_are_progress_enough(terminal, monkeypatch):
    monkeypatch.setattr(sys, "stdout", Terminal())
    assert not Progress(out=terminal, is_streaming=True).is_shown
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    assert Progress(out=terminal, is_streaming=True).is_shown


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 bytes"),
        (1023, "1023 bytes"),
        (1536, "1.5 KiB"),
        (5 << 30, "5.0 GiB"),
        (1 << 60, "1048576.0 TiB"),
    ],
)
def test_amounts_are_said_in_the_fitting_unit(size, words):
    assert amount(size) == words
