"""Text of others: nothing in it commands a terminal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extauthz.terminal.text import ascii_of, shown


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("plain [bold]text[/]", "plain [bold]text[/]"),
        ("a\x1b[2Jb", r"a\x1b[2Jb"),
        ("a\nb\tc\r", r"a\nb\tc\r"),
        ("a\x9bb", r"a\x9bb"),
        ("a\u202eb", r"a\u202eb"),
        ("caf\udce9", r"caf\xe9"),
        ("J\u00fcrgen \u8b66", "J\u00fcrgen \u8b66"),
    ],
)
def test_what_is_not_printable_is_escaped(text, safe):
    assert shown(text) == safe


@given(st.text())
def test_what_is_shown_is_printable_and_stays(text):
    safe = shown(text)
    assert safe.isprintable()
    assert shown(safe) == safe
    assert ascii_of(safe).isascii()


def test_ascii_keeps_ascii():
    assert (ascii_of("caf\u00e9"), ascii_of("cafe")) == (r"caf\xe9", "cafe")
