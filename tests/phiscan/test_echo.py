"""Echoes: what the structure named is found again elsewhere, whole words only."""

from phiscan.echo import add_echoes
from phiscan.evidence import Evidence, Spot
from phiscan.finding import Subject


def echoes(data, name, subject=Subject.PATIENT):
    evidence = Evidence()
    at = data.index(name)
    evidence.add("test", "PERSON_NAME", Spot("name", at, at + len(name)), subject)
    add_echoes(data, evidence)
    return [(f.location.start, f.detector) for f in evidence.findings[1:]]


def test_a_patients_name_is_found_again():
    assert echoes(b"Sandoval ... seen Sandoval, Rosa", b"Sandoval") == [(18, "echo")]


def test_a_longer_word_is_another_word():
    assert echoes(b"Sandoval Sandovals xSandoval", b"Sandoval") == []


def test_short_and_lower_case_values_are_too_common_to_look_for():
    assert echoes(b"May ... in May", b"May") == []
    assert echoes(b"will ... he will", b"will") == []


def test_a_providers_name_is_not_looked_for():
    assert echoes(b"Sandoval Sandoval", b"Sandoval", Subject.PROVIDER) == []
