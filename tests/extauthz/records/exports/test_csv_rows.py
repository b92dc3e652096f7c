import csv
import io

from exported_records import FORGED, RECORD, as_read
from hypothesis import given

from extauthz.records.exports import csv_rows


def read(text):
    return list(csv.reader(io.StringIO(text, newline="")))


def test_a_row_has_a_cell_a_column():
    (names,), (cells,) = read(csv_rows.head()), read(csv_rows.rows(RECORD))
    row = dict(zip(names, cells, strict=True))
    assert (row["identifiers"], row["infoTypes"], row["mtls"]) == (
        "A O",
        "PERSON_NAME:2 URL:1",
        "true",
    )


@given(record=FORGED)
def test_a_forged_value_stays_in_its_cell_and_runs_nothing(record):
    (cells,) = read(csv_rows.rows(as_read(record)))
    assert len(cells) == len(csv_rows.COLUMNS)
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)
