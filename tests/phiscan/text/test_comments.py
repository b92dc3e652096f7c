"""Comments of markup lose their marks and their dates; the text keeps its length."""

import pytest

import phiscan
from phiscan.finding import Verdict
from phiscan.text.comments import blanked


@pytest.mark.parametrize(
    ("comment", "gone"),
    [
        ("seen 2024-02-03", "2024-02-03"),
        ("changed on Feb 3rd, 2024 by the vendor", "Feb 3rd, 2024"),
        ("3 Feb 2024", "3 Feb 2024"),
        ("DOB 02/11/1950, seen 2/3/24", "2/3/24"),
        ("effectiveTime 20240203", "20240203"),
    ],
)
def test_the_dates_of_a_comment_become_blanks(comment, gone):
    text = f"<a>2024-01-01<!--{comment}--></a>".encode()
    seen = blanked(text)
    assert len(seen) == len(text)
    assert seen == (
        text.replace(b"<!--", b"    ")
        .replace(b"-->", b"   ")
        .replace(gone.encode(), b" " * len(gone))
    )


@pytest.mark.parametrize(
    "kept",
    [
        "DOB: 02/11/1950",  # a label says that it is somebody's
        "date of birth was 1950-02-11",
        "version 3.1.2, 12345678 rows",  # neither is a date
    ],
)
def test_what_is_no_bare_date_stays(kept):
    assert kept.encode() in blanked(f"<!-- {kept} -->".encode())


@pytest.mark.parametrize("text", [b"<!-- 2024-02-03", b"<!--", b"<!---->", b"a --> b"])
def test_a_comment_that_does_not_end_goes_to_the_end(text):
    assert len(blanked(text)) == len(text)
    assert b"2024" not in blanked(text)


def test_a_date_in_a_comment_is_nobodys():
    comment = "<!-- admitted on 2024-02-03, mail ana@fernmail.net -->"
    found = phiscan.scan(
        f"<patient>{comment}<ssn>541-27-8860</ssn><diagnosis>asthma</diagnosis></patient>".encode()
    )
    assert found.verdict is Verdict.PHI
    kinds = {f.info_type for f in found.findings}
    assert "SERVICE_DATE" not in kinds
    assert "EMAIL_ADDRESS" in kinds  # a comment hides nothing else
