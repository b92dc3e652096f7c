"""Of the findings of one infoType in a cell the best one counts."""

import pytest

from atrest.found import Found
from phiscan.finding import Finding, Likelihood, Location, Subject
from phiscan.identifiers import INFO_TYPES


def finding(name, likelihood=Likelihood.LIKELY, subject=Subject.PERSON, detector="prose"):
    return Finding.of(INFO_TYPES[name], likelihood, detector, Location("", 0, 8), subject)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"likelihood": Likelihood.VERY_LIKELY}, {"subject": Subject.PATIENT}),
        ({"subject": Subject.PATIENT}, {"subject": Subject.PERSON}),
        ({"subject": Subject.PERSON}, {"subject": Subject.PROVIDER}),
        ({"subject": Subject.PROVIDER}, {"subject": Subject.NOBODY}),
    ],
)
def test_the_surest_counts_and_then_the_one_about_a_patient(better, worse):
    for pair in ((better, worse), (worse, better)):
        found = Found(b"Ana Ruiz")
        for facts in pair:
            found.take(0, 1, "", finding("PERSON_NAME", **facts))
        (hit,) = found.column(1, 1, 1, 1).hits
        assert {name: getattr(hit, name) for name in better} == better


def test_cells_columns_and_paths_are_apart():
    found = Found(b"Ana Ruiz")
    for row, column, path in ((0, 1, ""), (1, 1, ""), (0, 2, ""), (0, 1, "patient.name")):
        found.take(row, column, path, finding("PERSON_NAME"))
    assert sorted(found.column(1, 2, 2, 2).hits.values()) == [1, 2]
    assert list(found.column(2, 2, 2, 2).hits.values()) == [1]


def test_what_speaks_of_a_whole_record_is_in_no_cell():
    found = Found(b"Ana Ruiz")
    found.take(0, 1, "", finding("PATIENT_RECORD"))
    assert not found.column(1, 1, 1, 1).hits


def test_findings_in_other_bytes_have_their_own_shapes():
    found = Found(b"Ana Ruiz")
    found.of(b"RUIZ^ANA").take(0, 1, "", finding("PERSON_NAME"))
    assert {shape.shape for shape in found.column(1, 1, 1, 1).shapes} == {"A^A"}
