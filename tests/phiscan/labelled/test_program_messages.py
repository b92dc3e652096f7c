"""The readers of messages run where their marks occur."""

import pytest

from phiscan.engine import Engine
from phiscan.evidence import Evidence
from phiscan.labelled import error_texts, printed_objects
from phiscan.labelled.program_messages import MARKS, read


@pytest.mark.parametrize(
    ("text", "reader"),
    [
        (b"Key (ssn)=(541278860) already exists.", error_texts.read),
        (b"Patient[name=Maria Lindqvist, ssn=541278860]", printed_objects.read),
    ],
)
def test_a_mark_names_its_reader(engine: Engine, text: bytes, reader: object) -> None:
    marks = engine.matcher.hits(text).messages
    assert {MARKS[number][1] for number in marks} == {reader}
    evidence = Evidence()
    read(text, evidence, marks)
    assert "US_SOCIAL_SECURITY_NUMBER" in [f.info_type for f in evidence.findings]
    assert {f.detector for f in evidence.findings} == {"program_message"}


def test_without_a_mark_nothing_is_read(engine: Engine) -> None:
    assert not engine.matcher.hits(b"a plain sentence (with brackets).").messages
