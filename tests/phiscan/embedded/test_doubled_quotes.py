"""JSON in the cells of a table, whose quotes are doubled."""

import csv
import io
import json

import pytest

import phiscan
from phiscan.embedded import doubled_quotes
from phiscan.finding import Coverage, Verdict

PATIENT = {"resourceType": "Patient", "name": [{"family": "Seo", "given": ["Hyun"]}]}
RECORD = {"patientName": "Hyun Seo", "diagnosis": "asthma"}


def table(*cells, delimiter=","):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows([["id", "payload"], *([7, c] for c in cells)])
    return out.getvalue().encode()


@pytest.mark.parametrize("before", ["", "got ", "["])
@pytest.mark.parametrize("document", [PATIENT, RECORD])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_a_document_in_a_cell_is_read_and_masked_in_place(document, before, delimiter):
    text = before + json.dumps(document) + ("]" if before == "[" else "")
    data = table(text, "none", text, delimiter=delimiter)
    report = phiscan.scan(data)
    assert (report.verdict, report.coverage) == (Verdict.PHI, Coverage.COMPLETE)
    masked = phiscan.redact(data, report)
    assert b"Seo" not in masked
    rows = list(csv.reader(io.StringIO(masked.decode()), delimiter=delimiter))
    assert len(rows) == 4
    json.loads(rows[1][1].removeprefix("got "))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'id,note\n7,"he said ""no"""\n', "a cell in words"),
        (b'x = {""}', "no key"),
        (b'7,"{""a"": 1', "a cell that does not end"),
    ],
)
def test_other_cells_hold_no_document(data, reason):
    assert not list(filter(None, doubled_quotes.find(data))), reason
