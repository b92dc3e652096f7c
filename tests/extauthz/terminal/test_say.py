import io
import sys

import pytest

from extauthz.terminal import json_text, say, tones
from extauthz.terminal.screen import Screen
from extauthz.terminal.tones import Tone


def test_what_was_not_drawn_is_escaped(capsys):
    say.lines(["a\x1b[2Jb", tones.painted("c", Tone.BAD, Screen(80, is_coloured=True))])
    out = capsys.readouterr().out
    assert out.startswith("a\\x1b[2Jb\n\x1b[1;31mc")


def test_a_problem_of_several_lines_stays_one_text(capsys):
    say.problem("first\nsecond\x07")
    assert capsys.readouterr() == ("", "phiguard: first\nsecond\\x07\n")


@pytest.mark.parametrize("line", ["error: x", "p.yaml:1:2: error: x", "nothing of it"])
def test_a_severity_is_painted_and_nothing_else_changes(line):
    painted = tones.judged(line, Screen(80, is_coloured=True))
    assert painted.replace("\x1b[1;31m", "").replace("\x1b[0m", "") == line
    assert ("\x1b" in painted) is ("error" in line)


def test_the_first_word_of_a_decision_is_painted():
    assert tones.led("DENY x", Screen(80, is_coloured=True)).endswith("\x1b[0m x")
    assert tones.led("DENY x", Screen(80)) == "DENY x"


def test_json_is_utf_8_whatever_the_locale_and_takes_any_file_name(monkeypatch):
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", out)
    json_text.write_line({"name": "caf\u00e9", "path": ("x",)})
    json_text.write({"name": "\udcff"})
    assert (
        out.buffer.getvalue() == b'{"name":"caf\xc3\xa9","path":["x"]}\n{\n  "name": "\\udcff"\n}\n'
    )
