"""A segment without its message is told by its name and the shapes of its fields."""

import pytest

from phiscan.formats.hl7v2.lone import is_segment


@pytest.mark.parametrize(
    "segment",
    [
        b"PID|1||77120^^^H^MR||SANDOVAL^ROSA^M||19441130|F",
        b"PID|||77120||SANDOVAL||19441130|F",  # no components, but a birth date
        b"PID|1|||A-77|SANDOVAL^ROSA",
        b"NK1|1|SANDOVAL^LUIS|SPO",
        b"IN1|1|PLAN|123|ACME||||||||||||SANDOVAL^ROSA|SELF",
        b"OBX|1|NM|4548-4^HbA1c^LN||8.1|%|||||F",
        b"DG1|1||E11.9^Type 2 diabetes^I10",
        b"MRG|77120^^^H^MR|||A-12",
        b"ORC|RE|A1^LAB|B2^LAB",
        b"EVN|A01|20240102030405-0500||",
        b"QRD|20240102|R|I|Q1|||1^RD|77120^SANDOVAL^ROSA",
    ],
)
def test_a_segment(segment):
    assert is_segment(segment)
    assert is_segment(segment + b"\rPV1|1|I")


@pytest.mark.parametrize(
    "text",
    [
        b"PID|USER|COMMAND|TIME",  # a table of processes
        b"PID|1|2|3|4|5",  # numbers only
        b"PID|NK1|^OBX|IN1|x",  # a regular expression
        b"PID |1||77120^^^H^MR||SANDOVAL^ROSA",  # a table with blanks around its cells
        b"OBX|a|b^c|d|e",  # what its first field names is no number
        b"IN1|1|2",  # too short
        b"ERR|1||207^Application error^HL70357",  # a segment about nobody
        b"MSH|^~\\&|A|B",  # the header of a message
        b"RAPID|1||77120^^^H^MR||SANDOVAL^ROSA",  # the end of a word
        b"pid|1||77120^^^H^MR||SANDOVAL^ROSA",
    ],
)
def test_what_only_begins_like_one(text):
    assert not is_segment(text)
