"""A row that is no header is never taken for one: its cells would be kept as names."""

import pytest

from atrest.header import is_header

ROWS = [["Ruiz", "1958-03-14", "12"], ["Okafor", "1971-01-02", "7"]]


@pytest.mark.parametrize(
    ("first", "why"),
    [
        (["last_name", "dob", "n"], "labels"),
        (["Patient Name", "Date", "x"], "a label among others"),
        (["c_1", "c_2", "c_3"], "a program's names above numbers"),
        (["a.b", "fooBar", "X1"], "a program's names above numbers"),
    ],
)
def test_headers(first, why):
    assert is_header(first, ROWS), why


@pytest.mark.parametrize(
    ("first", "why"),
    [
        (["Hollingsworth", "1944-05-06", "3"], "a row like the others"),
        (["Marcus Hollingsworth", "Boston", "F"], "words with blanks"),
        (["c_1", "c_1", "c_2"], "one name twice"),
        (["c_1", "", "c_2"], "a column without a name"),
        (['{"n": 0', '"a": 1', "x}"], "JSON"),
        (["MSH", "^~\\&", "A"], "HL7 v2"),
        (["one"], "one column"),
    ],
)
def test_what_is_no_header(first, why):
    assert not is_header(first, ROWS), why


def test_names_above_words_alone_may_be_a_row():
    rows = [["Ruiz", "Boston"], ["Okafor", "Salem"]]
    assert not is_header(["Hollingsworth", "Worcester"], rows)
