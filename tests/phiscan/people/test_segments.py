"""Segments: runs of capitalised words, cut at words that no name has."""

import pytest

from phiscan.people.segments import segments


def _found(text):
    data = text.encode()
    return [data[s.start : s.end].decode() for s in segments(data)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Called Lorna Petrakis today", ["Lorna Petrakis"]),
        ('Terrence "TJ" Holloway', ['Terrence "TJ" Holloway']),
        ("Ana María de la Cruz", ["Ana María de la Cruz"]),
        ("seen by Ruiz. Plan: rest", ["Ruiz"]),
        ("Okafor, Chidinma", ["Okafor, Chidinma"]),
        ("J. R. Ewing", ["J. R. Ewing"]),
        ("Ostrowski K. 41F", ["Ostrowski K."]),
        ("ana_ruiz x.Ruiz ruiz@Ruiz.org", []),
        ("Patient History Of Asthma", []),
        ("Mother Deceased, father Hypertension", []),
        ("Karen Whitfield, Daniel Osei", ["Karen Whitfield", "Daniel Osei"]),
        ("T. Reyes, LVN", ["T. Reyes", "LVN"]),
        ("Navas Comas, Rosa", ["Navas Comas, Rosa"]),
        ("Karen Whitfield, Daniel", ["Karen Whitfield", "Daniel"]),
        ("Noura El Amin", ["Noura El Amin"]),
        ("I've That's Nope Okafor", ["Okafor"]),
        ("Hoyer Lift", ["Hoyer"]),
    ],
)
def test_a_segment_ends_where_a_name_does(text, found):
    assert _found(text) == found


def test_a_segment_knows_what_tells_a_person_from_others():
    (segment,) = segments(b"J. Ruiz-Ortega")
    assert segment.parts == (b"ruiz-ortega",)
    assert not segment.long
    assert segment.mixed


def test_a_line_of_many_capitalised_words_is_no_name():
    assert _found("One Two Three Four Five Six Seven") == []
