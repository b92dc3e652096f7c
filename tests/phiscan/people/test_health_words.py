"""Where a long text speaks of health: two different words near a place."""

import pytest

from phiscan.evidence import Evidence
from phiscan.finding import Location, Subject
from phiscan.people.health_words import HealthWords
from phiscan.text.normalise import normalise


def near(words, at):
    """Whether a text with words of health at some offsets speaks of health at `at`."""
    text, evidence = bytearray(b" " * 9000), Evidence()
    for start, word in words.items():
        text[start : start + len(word)] = word
        evidence.add("t", "DIAGNOSIS", Location("", start, start + len(word)), Subject.PATIENT)
    return HealthWords(normalise(bytes(text)), evidence).near(at)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ({4000: b"asthma", 4100: b"lupus"}, True),
        ({4000: b"asthma"}, False),
        ({4000: b"asthma", 4100: b"asthma"}, False),
        ({4000: b"asthma", 4100: b"asthma", 4200: b"lupus"}, True),
        ({4000: b"Asthma", 4100: b"asthma"}, False),
        ({4000: b"asthma", 7000: b"lupus"}, False),  # too far
        ({1000: b"lupus", 4000: b"asthma"}, False),
        ({1000: b"lupus", 3800: b"lupus", 4000: b"asthma", 7000: b"asthma"}, True),
        ({}, False),
    ],
)
def test_two_different_words_near_a_place_speak_of_health(words, expected):
    assert near(words, 4050) is expected


def test_so_many_equal_words_are_looked_at():
    equal = {3000 + 10 * number: b"asthma" for number in range(31)}
    assert near({**equal, 3900: b"lupus"}, 4050)
    assert not near({**equal, 3310: b"asthma", 3900: b"lupus"}, 4050)
