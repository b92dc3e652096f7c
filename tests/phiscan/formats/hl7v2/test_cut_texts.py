"""Values that are cut over two segments of one text."""

import pytest

import phiscan
from phiscan.finding import Coverage

HEAD = b"MSH|^~\\&|EHR|C|LAB|F|20260311||ORU^R01|M1|P|2.5.1\r"
NUMBER = b"her SSN is 541-27-8860 she said"
MAIL = b"her mail is ana.ruiz@gmail.com she said"


def kinds(data):
    return {f.info_type for f in phiscan.scan(HEAD + data).findings if f.identifier}


def notes(*texts, mark=b"|"):
    return b"\r".join(mark.join((b"NTE", b"%d" % n, b"", t)) for n, t in enumerate(texts, 1))


def observations(*texts, kind=b"TX", names=(b"NOTE", b"NOTE")):
    return b"\r".join(
        b"OBX|%d|%s|%s^Note||%s||||||F" % (number, kind, name, text)
        for number, (text, name) in enumerate(zip(texts, names, strict=True), 1)
    )


@pytest.mark.parametrize("text", [NUMBER, MAIL])
@pytest.mark.parametrize("segments", [notes, observations])
def test_a_value_is_found_wherever_it_is_cut(text, segments):
    begin, end = text.index(b" is ") + 4, text.index(b" she")
    missed = [at for at in range(begin + 1, end) if not kinds(segments(text[:at], text[at:]))]
    assert missed == []


def test_both_parts_are_masked():
    data = HEAD + notes(NUMBER[:16], NUMBER[16:]) + b"\r"
    masked = phiscan.redact(data, phiscan.scan(data))
    assert masked == HEAD + b"NTE|1||her SSN is XXX she said\r"
    assert phiscan.scan(masked).coverage is Coverage.COMPLETE


def test_three_texts_are_one():
    assert kinds(notes(b"her SSN is 54", b"1-27-88", b"60 she said"))


@pytest.mark.parametrize(
    "cut",
    [
        b"nte|1||her SSN is 541-2\rnte|2||7-8860 she said",
        b"NTE|1||her SSN is 541-2\rNte|2||7-8860 she said",
        observations(NUMBER[:16], NUMBER[16:], kind=b"tx"),
        b"NTE|1||her SSN is 541-2\r NTE|2||7-8860 she said",
        b"NTE|1||her SSN is 541-2\x1eNTE|2||7-8860 she said",
        b"NTE|1||her SSN is 541-2\nNTE|2||7-8860 she said\rZZZ|1",
    ],
)
def test_names_of_segments_and_breaks_are_those_that_receivers_take(cut):
    assert kinds(b"PID|1\r" + cut)


@pytest.mark.parametrize(
    "apart",
    [
        notes(b"her SSN is 541-27-", b" 8860 she said"),
        observations(NUMBER[:16], NUMBER[16:], names=(b"NOTE", b"PLAN")),
        observations(NUMBER[:16], NUMBER[16:], kind=b"NM"),
        notes(b"her SSN is 541-2") + b"\rOBX|1|NM|a||1\r" + notes(b"7-8860"),
    ],
)
def test_what_is_no_one_text_is_not_joined(apart):
    assert not kinds(apart)


def test_the_headers_own_delimiter_counts():
    head = HEAD.replace(b"|", b"#")
    report = phiscan.scan(head + notes(NUMBER[:16], NUMBER[16:], mark=b"#"))
    assert {f.info_type for f in report.findings} == {"US_SOCIAL_SECURITY_NUMBER"}
