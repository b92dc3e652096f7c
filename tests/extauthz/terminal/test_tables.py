"""Tables on terminals and in pipes: nothing is cut, nothing is wider than the screen."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from extauthz.terminal import tables
from extauthz.terminal.screen import FILE, Screen

HEAD = ("decision", "count", "path")
ROWS = [("DENY", "7", "a"), ("ALLOW", "12", "export/of/the/clinic/claim.json")]
STYLE = re.compile(r"\x1b\[[0-9;]*m")


def test_a_pipe_has_columns_and_one_row_a_line():
    assert tables.lines(ROWS, HEAD, FILE) == [
        "decision  count  path",
        "DENY      7      a",
        "ALLOW     12     export/of/the/clinic/claim.json",
    ]


def test_a_terminal_has_a_rule_and_numbers_to_the_right():
    assert tables.lines(ROWS, HEAD, Screen(80)) == [
        "decision  count  path",
        "\u2500" * 48,
        "DENY          7  a",
        "ALLOW        12  export/of/the/clinic/claim.json",
    ]


def test_without_unicode_everything_is_ascii():
    rows = [*ROWS, ("DENY", "1", "caf\u00e9")]
    found = "\n".join(tables.lines(rows, HEAD, Screen(80, is_unicode=False)))
    assert found.isascii()
    assert "-" * 40 in found
    assert r"caf\xe9" in found


def test_a_narrow_terminal_wraps_a_long_cell():
    rows = [("DENY", "1", "word " * 30), ("ALLOW", "2", "b")]
    found = tables.lines(rows, HEAD, Screen(60))
    assert max(map(len, found)) <= 60
    assert " ".join(found).count("word") == 30


def test_a_row_that_no_layout_fits_is_a_block():
    head = [f"column{n}" for n in range(9)]
    rows = [[f"value{n}" * 4 for n in range(9)]] * 2
    found = tables.lines(rows, head, Screen(80))
    assert found[0].split() == ["column0", "value0" * 4]
    assert found[9] == ""
    assert max(map(len, found)) <= 80


@pytest.mark.parametrize("screen", [FILE, Screen(60), Screen(200, is_coloured=True)])
def test_markup_and_control_characters_are_shown_as_they_are(screen):
    found = "".join(tables.lines([("DENY", "1", "[red]a[/red] :smile: \x1b[8m")], HEAD, screen))
    assert r"[red]a[/red] :smile: \x1b[8m" in STYLE.sub("", found)


def test_only_closed_words_have_a_colour():
    found = tables.lines([("DENY", "1", "DENY")], HEAD, Screen(80, is_coloured=True))[-1]
    assert found.count("DENY") == 2
    assert len(STYLE.findall(found)) == 2


def test_rows_can_go_on_a_table_without_its_head():
    screen = Screen(80)
    assert len(tables.lines(ROWS, HEAD, screen, has_head=False)) == len(ROWS)
    assert tables.lines(ROWS, HEAD, FILE, has_head=False)[0].startswith("DENY")


def test_no_row_is_no_line_unless_there_is_a_head():
    assert tables.lines([], (), FILE) == []
    assert tables.lines([], HEAD, FILE) == ["decision  count  path"]
    assert tables.lines([], HEAD, Screen(80))[0] == "decision  count  path"


CELLS = st.text(st.characters(codec="utf-8", exclude_characters=" "), max_size=60)


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=4), st.integers(30, 120))
def test_no_cell_is_cut_and_no_line_is_too_long(rows, width):
    screen = Screen(width)
    found = tables.lines(rows, HEAD, screen)
    assert all(cell_len(line) <= width for line in found)
    whole = sorted("".join("".join(map(tables.shown, row)) for row in rows).replace(" ", ""))
    said = "".join(found)
    for character in set(whole):
        assert said.count(character) >= whole.count(character)


@pytest.mark.parametrize("width", range(72, 90))
def test_a_column_that_cannot_shrink_does_not_push_the_last_one_over_the_edge(width):
    head = ("class", "infoType", "documents", "findings", "what it is")
    rows = [
        ("G ssn", "US_SOCIAL_SECURITY_NUMBER", "3", "4", "social security number"),
        ("H medical record", "MEDICAL_RECORD_NUMBER", "1", "1", "medical record number"),
        ("", "PATIENT_RECORD", "1", "1", "a patient's record"),
    ]
    found = tables.lines(rows, head, Screen(width))
    assert max(map(len, found)) <= width
    shown = sorted(re.sub(r"[\s\u2500]", "", "".join(found)))
    assert shown == sorted(re.sub(r"\s", "", "".join((*head, *"".join(map("".join, rows))))))
