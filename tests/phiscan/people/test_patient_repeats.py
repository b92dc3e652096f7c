"""A patient's values are found again elsewhere in the document, as whole words only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phiscan.evidence import Evidence
from phiscan.finding import Location, Subject
from phiscan.people import patient_repeats
from phiscan.people.patient_repeats import find_repeats, occurrences, places


def echoes(data, name, subject=Subject.PATIENT):
    evidence = Evidence()
    at = data.index(name)
    evidence.add("test", "PERSON_NAME", Location("name", at, at + len(name)), subject)
    find_repeats(data, evidence)
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


def test_a_name_in_capitals_is_the_name():
    assert echoes(b"Sandoval ... SANDOVAL", b"Sandoval") == [(13, "echo")]
    assert echoes(b"Sandoval ... sandoval", b"Sandoval") == []


@pytest.mark.parametrize("count", [10, 300])
def test_each_of_many_patients_is_found_again_however_often(count):
    names = [b"Vq%dzor" % number for number in range(count)]
    structure, narrative = b" ".join(names), b", ".join(names * 3)
    data = structure + b"; " + narrative
    evidence = Evidence()
    for name in names:
        at = data.index(name)
        evidence.add("test", "PERSON_NAME", Location("", at, at + len(name)), Subject.PATIENT)
    find_repeats(data, evidence)
    assert len(evidence.findings) == 4 * count


def test_a_birth_date_is_found_again_as_it_is_written():
    data = b"1974-12-25 ... born 1974-12-25, seen 1974-12-26"
    evidence = Evidence()
    evidence.add("test", "DATE_OF_BIRTH", Location("birthDate", 0, 10), Subject.PATIENT)
    find_repeats(data, evidence)
    assert [f.location.start for f in evidence.findings[1:]] == [20]


def test_a_value_with_a_comma_within_a_word_does_not_hide_the_others():
    values = [b"ruiz", b"ru,iz", b"ruiz, ana"]
    assert sorted(places(b"ruiz, ana and ru,iz", values)) == [
        (0, b"ruiz"),
        (0, b"ruiz, ana"),
        (14, b"ru,iz"),
    ]


class _Compared(bytes):
    """A text that counts how often something was compared with it."""

    times = 0

    def startswith(self, *args):
        self.times += 1
        return super().startswith(*args)


def test_patients_of_one_family_name_are_not_all_compared_at_each_occurrence_of_it():
    """Else a list of their names takes quadratic time."""
    names = [b"q%dx sandoval" % number for number in range(100)]
    text = _Compared(b"sandoval, " * 100 + b"seen q7x sandoval")
    found = sorted(places(text, [b"sandoval", *names]))
    assert len(found) == 102
    assert (1005, b"q7x sandoval") in found
    assert text.times <= len(text)


@given(st.text("ab", max_size=40), st.text("ab", min_size=1, max_size=4), st.integers(1, 8))
def test_a_value_is_found_wherever_a_window_ends(text, part, window):
    whole, value = text.encode(), part.encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(patient_repeats, "_WINDOW", window)
        found = list(occurrences(whole, value))
    assert found == [at for at in range(len(whole)) if whole.startswith(value, at)]
