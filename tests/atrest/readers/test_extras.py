"""Table files by their first bytes, and the extra that is missing."""

import pytest

from atrest.readers import extras
from atrest.source import ReadError, Reason


def test_a_table_file_has_a_reader_and_others_have_none():
    assert extras.table_reader(b"SQLite format 3\0...") is not None
    assert extras.table_reader(b"hello") is None


def test_a_missing_library_names_its_extra():
    with pytest.raises(ReadError) as error:
        extras.load("atrest.readers.none_such", "read", "rest-lake")
    assert error.value.reason is Reason.NO_READER
    assert error.value.detail == "pip install 'phiguard[rest-lake]'"
