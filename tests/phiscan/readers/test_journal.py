"""The journal's export format is read with its binary fields, and its lengths stay right."""

import pytest

import phiscan
from phiscan.finding import Coverage, Gap, Verdict
from tests.phiscan.embedded.cut import DOCUMENTS


def entry(message):
    return (
        b"__CURSOR=s=1;i=1\n__REALTIME_TIMESTAMP=1704164645000000\nPRIORITY=6\nMESSAGE\n"
        + len(message).to_bytes(8, "little")
        + message
        + b"\n_PID=77\n\n"
    )


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_document_in_a_binary_field_is_read_and_masked(document):
    message = DOCUMENTS[document].encode()
    data = entry(b"started\nwell") + entry(message)
    report = phiscan.scan(data)
    assert (report.media, report.verdict, report.coverage) == (
        "journal",
        Verdict.PHI,
        Coverage.COMPLETE,
    )
    masked = phiscan.redact(data, report)
    assert len(masked) == len(data)
    assert b"Sandoval" not in masked


def test_a_length_beyond_the_data_is_a_gap():
    data = entry(b"SSN: 512-44-9031\n")
    report = phiscan.scan(data.replace((17).to_bytes(8, "little"), (900).to_bytes(8, "little")))
    assert (report.media, report.gap) == ("journal", Gap.MALFORMED)


@pytest.mark.parametrize(
    ("data", "media"),
    [
        (b"__CURSOR=s=1\nMESSAGE=one line\n\n", "text"),  # nothing binary: a text
        (b"__init__\x00\x01\x02\x03" * 9, "binary"),  # no field
    ],
)
def test_other_documents_are_no_journal(data, media):
    assert phiscan.scan(data).media == media
