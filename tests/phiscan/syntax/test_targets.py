"""Targets are taken apart, and each part keeps its place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phiscan.finding import Location
from phiscan.syntax.targets import parsed, segments


def _parts(text):
    target = parsed(text, lambda start, end: Location("", start, end))
    return (
        [part.value for part in target.path],
        [(part.name, part.value) for part in target.query],
        [text[part.location.start : part.location.end] for part in (*target.path, *target.query)],
    )


@pytest.mark.parametrize(
    ("text", "path", "query", "places"),
    [
        ("/Patient/77", ["Patient", "77"], [], ["Patient", "77"]),
        ("https://x:8443/a/b?c=d", ["a", "b"], [("c", "d")], ["a", "b", "d"]),
        ("?a=1&b=", [], [("a", "1"), ("b", "")], ["1", ""]),
        ("/a%2Fb?n%61me=Ana+Ruiz", ["a/b"], [("name", "Ana Ruiz")], ["a%2Fb", "Ana+Ruiz"]),
        ("/a?b=c#d?e=f", ["a"], [("b", "c")], ["a", "c"]),
        ("/a?b=c=d&=e", ["a"], [("b", "c=d")], ["a", "c=d"]),
        ("https://x", [], [], []),
        ("", [], [], []),
    ],
)
def test_parts_are_decoded_and_keep_the_place_of_what_is_written(text, path, query, places):
    assert _parts(text) == (path, query, places)


def test_characters_of_several_bytes_are_decoded_from_their_bytes():
    text = "?name=Müller".encode().decode("latin-1")
    assert _parts(text)[1] == [("name", "Müller")]


@given(st.text(max_size=60))
def test_every_place_lies_in_the_text(text):
    text = text.encode("utf-8", "replace").decode("latin-1")
    target = parsed(text, lambda start, end: Location("", start, end))
    ranges = [part.location[1:] for part in (*target.path, *target.query)]
    assert all(0 <= start <= end <= len(text) for start, end in ranges)
    assert ranges == sorted(ranges)


def test_the_segments_of_a_field_share_its_place():
    place = Location("path")
    assert [(p.value, p.location) for p in segments("/a//b/", place)] == [
        ("a", place),
        ("b", place),
    ]
