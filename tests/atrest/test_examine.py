"""What a reader yields becomes a profile, however it is cut into pieces."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atrest.batches import BATCH_ROWS
from atrest.examine import examine
from atrest.profile import Profile
from atrest.source import Budget, Document, Method, ReadError, Reason, Rows, Sampled, Unread
from phiscan.finding import Verdict

COLUMNS = ("id", "mrn", "full_name", "dob", "dx_code", "note")
PATIENTS = [
    (n, 7_000_000 + 31 * n, "Ana Ruiz", f"19{30 + n % 60}-03-14", "E11.9", "no change")
    for n in range(600)
]


def look(detection, items, beat=lambda rows, size: None):
    return examine(items, detection, Budget(), beat)


def types(profile, column):
    return {hit.info_type for hit in profile.columns[column].hits}


def test_a_table_says_which_column_holds_what(detection):
    profile, error = look(detection, [Rows(COLUMNS, PATIENTS), Sampled(Method.ALL)])
    assert error is None
    assert profile.rows == 600
    assert profile.verdict is Verdict.PHI
    assert types(profile, "mrn") == {"MEDICAL_RECORD_NUMBER"}
    assert types(profile, "dob") == {"DATE_OF_BIRTH"}
    assert "PERSON_NAME" in types(profile, "full_name")
    assert types(profile, "id") == set()
    hit = next(iter(profile.columns["mrn"].hits))
    assert profile.columns["mrn"].hits[hit] == 600
    assert profile.methods == {"all": 1}


def test_a_batch_has_so_many_rows_whatever_the_pieces(detection):
    sizes = []
    look(detection, [Rows(COLUMNS, PATIENTS)], lambda rows, size: sizes.append(rows))
    assert sizes == [BATCH_ROWS, BATCH_ROWS, 600 - 2 * BATCH_ROWS]


@settings(max_examples=8)
@given(st.lists(st.integers(0, 600), max_size=6))
def test_any_pieces_give_the_same_profile(detection, cuts):
    whole, _ = look(detection, [Rows(COLUMNS, PATIENTS)])
    edges = [0, *sorted(cuts), 600]
    pieces = [Rows(COLUMNS, PATIENTS[a:b]) for a, b in pairwise(edges)]
    assert look(detection, pieces)[0] == whole


def test_a_cell_that_is_a_document_counts_in_its_row_and_column(detection):
    rows = [(1, '{"patient": {"name": "Ana Ruiz", "dob": "1960-01-02"}, "dx": "E11.9"}')]
    profile, _ = look(detection, [Rows(("id", "body"), rows)])
    fields = {hit.field for hit in profile.columns["body"].hits}
    assert "patient.name" in fields
    assert profile.documents == 1
    assert profile.media == {"json": 1}
    assert profile.verdict is Verdict.PHI


def test_a_value_in_a_header_is_not_kept(detection):
    columns = ("measure", "SSN 512-44-9031", "b")
    profile, _ = look(detection, [Rows(columns, [("weight", "70", "71")] * 3)])
    assert "column 2" in profile.columns
    assert not any("512-44" in name for name in profile.columns)


def test_a_finding_in_no_single_cell_is_the_tables(detection):
    """A text of `=` signs is also read as quoted-printable, and found there as a whole."""
    rows = [("Ana Ruiz", "97-year-old", "YWdl=3D=\nIj0=3D\n" * 3)] * 9
    profile, _ = look(detection, [Rows(("patientName", "age", "token"), rows)])
    assert "PERSON_NAME" in types(profile, "patientName")
    assert "column 1" not in profile.columns


def test_tables_of_one_unit_stay_apart(detection):
    items = [Rows(("a",), [("x",)] * 3, "one"), Rows(("a",), [("x",)] * 2, "two")]
    profile, _ = look(detection, items)
    assert {name: c.rows for name, c in profile.columns.items()} == {"one.a": 3, "two.a": 2}


def test_an_error_ends_the_unit_and_what_came_before_stays(detection):
    def items():
        yield Rows(COLUMNS, PATIENTS[:10])
        raise ReadError(Reason.GONE, "42P01")

    profile, error = look(detection, items())
    assert profile.rows == 10
    assert profile.unread == {"GONE": 1}
    assert error is not None
    assert error.detail == "42P01"


def test_a_part_that_was_not_read_is_counted(detection):
    profile, _ = look(detection, [Unread(Reason.OVER_LIMIT), Document(b"\x00\x01\x02" * 99)])
    assert profile.unread == {"OVER_LIMIT": 1}
    assert profile.gaps == {"UNSUPPORTED_MEDIA": 1}
    assert not profile.is_whole


def test_a_document_names_its_fields(detection):
    body = b'{"patientName": "Ana Ruiz", "diagnosis": "E11.9"}'
    profile, _ = look(detection, [Document(body)])
    assert {hit.field for hit in profile.columns[""].hits} >= {"patientName", "diagnosis"}
    assert profile.verdict is Verdict.PHI


def test_nothing_is_nothing(detection):
    assert look(detection, []) == (Profile(), None)


@pytest.mark.parametrize("canary", ["512-44-9031", "Hollingsworth", "1958-03-14"])
def test_a_profile_holds_no_value(detection, canary):
    rows = [(n, f"Hollingsworth{n}", "512-44-9031", "1958-03-14") for n in range(40)]
    profile, _ = look(detection, [Rows(("id", "last_name", "ssn", "dob"), rows)])
    assert canary not in repr(profile)
    assert canary not in str(profile.to_json())


class Counting:
    """Detection that counts the documents that it scans."""

    def __init__(self, detection):
        self._detection = detection
        self.scans = []

    def scan(self, document, limits):
        self.scans.append(document.data)
        return self._detection.scan(document, limits)


def test_equal_documents_of_a_batch_are_read_once_and_count_in_each_row(detection):
    cell = '{"patient": {"name": "Ana Ruiz", "dob": "1960-01-02"}, "dx": "E11.9"}'
    other = '{"patient": {"name": "Ida Marsh", "dob": "1971-01-02"}, "dx": "I10"}'
    counting = Counting(detection)
    items = [Rows(("id", "body"), [(1, cell), (2, other), (3, cell)])]
    profile, _ = look(counting, items)
    assert counting.scans.count(cell.encode()) == 1
    assert profile.documents == 3
    assert (
        sum(n for h, n in profile.columns["body"].hits.items() if h.info_type == "PERSON_NAME") == 3
    )
