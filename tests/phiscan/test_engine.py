"""The engine: a second one from its bytes, and the first look at a document."""

import time

import pytest

from phiscan.engine import Engine

RECORD = b'{"patientName": "Ana Ruiz", "diagnosis": "E11.9"}'


def _report(engine, data):
    scanner = engine.scanner(clock=time.monotonic)
    scanner.feed(data)
    return scanner.finish()


def test_an_engine_of_the_bytes_of_another_finds_the_same(engine):
    other = Engine(engine.matcher.detectors, serialized=engine.serialized())
    assert _report(other, RECORD) == _report(engine, RECORD)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (RECORD, True),  # a label
        (b"call 919-555-0142", True),  # a detector's sign
        ("naïve".encode(), True),  # a look for plain labels is not enough
        (b'{"port": 8080, "host": "db"}', False),
        (b"[1, 2, 3]", False),
    ],
)
def test_a_first_look_sees_what_a_scan_may_find(engine, data, expected):
    assert engine.may_find(data) is expected
