"""Strings that name another value: labels, and paths whose last step is one."""

import pytest

from phiscan.engine import Engine
from phiscan.labelled.label_paths import read_path, read_steps
from phiscan.words.label_vocabulary import VOCABULARY


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("ssn", ("ssn",)),
        ("Date of birth", ("Date of birth",)),
        ("cases.ssn", ("cases", "ssn")),
        ("create.patient.lastName", ("create", "patient", "lastName")),
        ("/patient/0/ssn", ("patient", "ssn")),
        ("$.case['ssn']", ("case", "ssn")),
        ("Cases[SSN]", ("Cases", "SSN")),
        ("patient.ssn", ("patient.ssn",)),
        ("Patient.identifier[0].value", ("Patient", "identifier")),
        ("(/f:Patient/f:birthDate)[1]", ("f", "Patient", "f", "birthDate")),
    ],
)
def test_the_last_step_is_the_label(text, labels):
    path = read_path(text)
    assert path is not None
    assert path.labels == labels
    assert path.rule is not None


def test_a_path_may_only_name_a_patient():
    for text in ("patient", "/patients/3", "com.acme.Patient"):
        path = read_path(text)
        assert path is not None, text
        assert path.rule is None, text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "nothing"),
        ("status", "no label"),
        ("Not found. Patient", "a sentence"),
        ("https://acme.com/patients/ssn", "an address"),
        ("patient " * 30, "too long"),
        ("a/" * 40 + "ssn", "too many steps"),
        ("ssn.2024x!.é?", "no steps"),
        ("customer", "a customer is no patient"),
    ],
)
def test_other_texts_name_nothing(text, reason):
    assert read_path(text) is None, reason


def test_steps_of_a_list_are_a_path_too():
    path = read_steps(["body", "patient", "ssn"])
    assert path is not None
    assert path.labels == ("body", "patient", "ssn")
    assert read_steps([]) is None
    assert read_steps(["ssn", "total"]) is None


@pytest.mark.parametrize("write", ["{0}", "{1}", "{2}", "{3}", "patient_{1}", "a.b.{2}", "{0}:"])
def test_the_prefilter_sees_every_label_that_is_a_value(engine: Engine, write: str) -> None:
    """Nothing is lost: a string that is a label is reported where it ends."""
    for *_, is_weak, cores in VOCABULARY:
        for core in cores.split():
            words = core.split("-")
            camel = words[0] + "".join(map(str.capitalize, words[1:]))
            text = write.format(" ".join(words), "_".join(words), camel, "_".join(words).upper())
            path = read_path(text)
            if path is None or path.rule is None or (is_weak and write == "a.b.{2}"):
                continue
            data = f'{{"columns": ["{text}", "x"]}}'.encode()
            assert data.index(b'", "x"') in engine.matcher.label_values(data), text
            assert engine.matcher.label_values(f'{{"{text}": 1}}'.encode()) == set(), text
