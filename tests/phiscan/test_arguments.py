"""Arguments of the wrong type are a TypeError that names the parameter and never the argument."""

import json

import pytest

import phiscan

RECORD = {"patientName": "Ana Ruiz", "diagnosis": "E11.9"}
BODY = json.dumps(RECORD).encode()
NO_DOCUMENTS = [BODY.decode(), RECORD, [RECORD], None, 7, iter([BODY])]


@pytest.mark.parametrize("given", NO_DOCUMENTS, ids=lambda given: type(given).__name__)
def test_what_is_no_bytes_is_no_document(given, engine):
    report = phiscan.scan(BODY)
    scanner = engine.scanner(clock=lambda: 0.0)
    for call in (
        lambda: phiscan.scan(given),
        lambda: phiscan.redact(given, report),
        lambda: scanner.feed(given),
    ):
        with pytest.raises(TypeError, match=f"must be bytes, not {type(given).__name__}: ") as seen:
            call()
        assert "Ruiz" not in str(seen.value)


@pytest.mark.parametrize("form", [bytes, bytearray, memoryview])
def test_bytes_in_any_form_are_a_document(form):
    report = phiscan.scan(form(BODY))
    assert report == phiscan.scan(BODY)
    assert phiscan.redact(form(BODY), report) == phiscan.redact(BODY, report)


def test_a_buffer_that_changes_after_it_was_fed_changes_nothing(engine):
    scanner, buffer = engine.scanner(clock=lambda: 0.0), bytearray(BODY)
    scanner.feed(buffer)
    buffer[:] = b" " * len(buffer)
    assert scanner.finish() == phiscan.scan(BODY)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda _: phiscan.scan(BODY, content_type=None), "content_type must be str, not NoneType"),
        (
            lambda _: phiscan.scan(BODY, content_encoding=b"gzip"),
            "content_encoding must be str, not bytes",
        ),
        (lambda _: phiscan.redact(BODY, None), "report must be ScanReport, not NoneType"),
        (lambda _: phiscan.redact(BODY, {}), "report must be ScanReport, not dict"),
        (
            lambda engine: engine.scanner(limits=5, clock=lambda: 0.0),
            "limits must be Limits, not int",
        ),
        (
            lambda engine: engine.scanner(clock=lambda: 0.0).feed_field("query.ssn", 512449031),
            "value must be str, not int",
        ),
        (
            lambda engine: engine.scanner(clock=lambda: 0.0).feed_field(None, "a"),
            "name must be str, not NoneType",
        ),
    ],
)
def test_other_arguments_have_their_type_too(call, message, engine):
    with pytest.raises(TypeError, match=f"^{message}$"):
        call(engine)
