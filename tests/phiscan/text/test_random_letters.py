"""Which words stand in the letters of a token."""

import base64
from hashlib import sha256

import pytest

from phiscan.text.random_letters import surround


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ('"9WQuF3UDseWWLQ+HD/2Yo"', "HD/2"),
        ("9WQuF3UDseWWLQ/EOB", "EOB"),
        ("EOB/9WQuF3UDseWWLQ", "EOB"),
        ("9WQuF3UDseWWLQ/dkA==", "dkA"),
        ("9WQuF3UDseWWLQ/eob/4", "eob"),
        ("9WQuF3UDseWWLQ-EOB_4", "EOB"),  # base64url
        ("id=9WQuF3UDseWWLQ+HD/2Yo", "HD/2"),
        ("9WQuF3UDseWWLQ+HD/2Yo" * 40, "HD/2"),
    ],
)
def test_a_word_within_a_token_is_none(text, word):
    start = text.index(word)
    assert surround(text.encode(), start, start + len(word))


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("47M s/p CABG x3 2019, HbA1c 8", "s/p C"),
        ("s/p+CABG+HbA1c+EOB+G2P1", "EOB"),  # a form's text: no segment is long
        ("note=47yo+with+HTN+9WQuF3UDseWWLQ", "HTN"),  # "with" is a word
        ("/api/v2/9WQuF3UDseWWLQ/E119", "E119"),
        ("/Patient/9WQuF3UDseWWLQ/E119", "E119"),
        ("/p/9WQuF3UDseWWLQ/HIV", "HIV"),  # a path with a random id
        ("dx:E119 9WQuF3UDseWWLQ", "E119"),  # the token stands apart
        ("E119=9WQuF3UDseWWLQ", "E119"),
        ("9WQuF3UDseWWLQ=E119", "E119"),
        ("9WQuF3UDs+E119", "E119"),  # too short
        ("urgent-appendectomy-HbA1c", "appendectomy"),
        ("acuteAppendicitisIcd10E119", "E119"),  # names of programs change less
        ("9f3d2a1b7c4e8f60/dka/12", "dka"),  # one case: hex
        ("EOB", "EOB"),
        ("", ""),
    ],
)
def test_a_word_elsewhere_stays_one(text, word):
    start = text.index(word)
    assert not surround(text.encode(), start, start + len(word))


def test_a_range_beyond_the_letters_is_not_within_them():
    text = b"9WQuF3UDseWWLQ+HD/2Yo s/p"
    assert not surround(text, text.index(b"HD"), len(text))


def test_most_random_tokens_are_known_as_such():
    tokens = [base64.b64encode(sha256(bytes([n])).digest()) for n in range(250)]
    assert sum(surround(token, 9, 12) for token in tokens) > 225
