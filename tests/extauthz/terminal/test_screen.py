"""What an output can show, by its kind and by the environment."""

import io

import pytest

from extauthz.terminal import screen
from extauthz.terminal.screen import Screen

XTERM = {"TERM": "xterm", "LANG": "en_US.UTF-8", "COLUMNS": "80"}


class Output(io.StringIO):
    def __init__(self, is_terminal, encoding="utf-8"):
        super().__init__()
        self._is_terminal, self._encoding = is_terminal, encoding

    def isatty(self):
        return self._is_terminal

    @property
    def encoding(self):
        return self._encoding


def of(is_terminal=True, encoding="utf-8", **environment):
    return screen.of(Output(is_terminal, encoding), {**XTERM, **environment})


def test_a_terminal_has_width_colours_and_progress():
    assert of() == Screen(80, is_coloured=True, is_unicode=True, can_erase=True)


def test_a_pipe_has_nothing_of_it():
    found = of(is_terminal=False)
    assert found == Screen()
    assert found.is_plain


@pytest.mark.parametrize("term", ["dumb", "unknown", ""])
def test_a_dumb_terminal_has_a_width_alone(term):
    assert of(TERM=term) == Screen(80)


@pytest.mark.parametrize(
    ("is_terminal", "environment", "coloured"),
    [
        (True, {"NO_COLOR": "1"}, False),
        (True, {"NO_COLOR": ""}, True),
        (False, {"FORCE_COLOR": "1"}, True),
        (False, {"FORCE_COLOR": ""}, False),
        (True, {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        (True, {"TERM": "dumb", "FORCE_COLOR": "1"}, True),
    ],
)
def test_colour_is_asked_for_and_refused(is_terminal, environment, coloured):
    assert of(is_terminal, **environment).is_coloured is coloured


def test_forced_colour_gives_a_pipe_no_width():
    assert of(is_terminal=False, FORCE_COLOR="1").width is None


@pytest.mark.parametrize(
    ("environment", "encoding", "is_unicode"),
    [
        ({}, "utf-8", True),
        ({"LC_ALL": "C"}, "utf-8", False),
        ({"LC_ALL": "POSIX"}, "utf-8", False),
        ({"LC_ALL": "C.UTF-8"}, "utf-8", True),
        ({"LC_ALL": "", "LC_CTYPE": "C"}, "utf-8", False),
        ({"LANG": ""}, "utf-8", False),
        ({}, "iso8859-1", False),
        ({}, "no-such-encoding", False),
    ],
)
def test_the_locale_and_the_encoding_decide_the_characters(environment, encoding, is_unicode):
    assert of(encoding=encoding, **environment).is_unicode is is_unicode


def test_a_pipe_in_the_locale_c_is_still_utf_8():
    assert of(is_terminal=False, LC_ALL="C").is_unicode


@pytest.mark.parametrize(("columns", "width"), [("132", 132), ("5", 20), ("wide", 80), ("0", 80)])
def test_columns_overrides_the_width(columns, width):
    assert of(COLUMNS=columns).width == width
