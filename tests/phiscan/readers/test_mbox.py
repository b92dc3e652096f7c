"""Mailboxes: each message is read like a message alone, and masked in place."""

import pytest

import phiscan
from phiscan.finding import Coverage, Verdict

LINE = b"From a@b.org Mon Jan  1 00:00:00 2024\n"
HEADERS = b"From: Desk <a@b.org>\nTo: c@d.org\nSubject: visit\nMIME-Version: 1.0\n\n"
NOTE = b"Patient: Ana Ruiz, SSN 512-44-9031, diagnosis E11.9\n"


def test_every_message_is_read_and_masked_in_place():
    box = LINE + HEADERS + b"Hello\n\n" + LINE + HEADERS + NOTE
    report = phiscan.scan(box)
    assert (report.media, report.verdict, report.coverage) == (
        "mbox",
        Verdict.PHI,
        Coverage.COMPLETE,
    )
    assert any(f.location.field.startswith("mbox>message 2") for f in report.findings)
    masked = phiscan.redact(box, report)
    assert len(masked) == len(box)
    assert b"512-44-9031" not in masked
    assert not phiscan.scan(masked).identifiers


@pytest.mark.parametrize(
    "text", [b"From here we drove 1200 miles\nand: back", b"From a@b.org 2024", b"From: a@b.org\n"]
)
def test_a_text_that_begins_with_from_is_no_mailbox(text):
    assert phiscan.scan(text).media != "mbox"
