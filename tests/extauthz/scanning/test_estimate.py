import gzip

import pytest

from extauthz.scanning.estimate import SMALL, is_dear, is_whole
from mesh.exchange.events import Body, Head, Trailers
from mesh.message.facts import Facts
from mesh.message.headers import Headers

HEAD = Head(Facts())
ZIPPED = Head(Facts(), Headers((("content-encoding", "gzip"),)))
RECORD = b'{"patientName": "Ana Ruiz", "diagnosis": "E11.9"}'
LARGE = b" " * SMALL


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ((HEAD,), False),
        ((Head(Facts(), end=True),), False),  # its head says all, and costs little
        ((HEAD, Body(b"a", end=False)), False),
        ((HEAD, Body(b"a", end=True)), True),
        ((HEAD, Body(b"a", end=False), Trailers()), True),
        ((HEAD, Trailers()), True),
        ((Body(b"a", end=True),), False),  # a fault of the shell; the exchange refuses it
    ],
)
def test_a_message_is_whole_with_its_last_part(events, expected):
    assert is_whole(events) is expected


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ((HEAD, Body(RECORD, end=True)), False),  # a small record is cheap
        ((HEAD, Body(RECORD + LARGE, end=True)), True),
        ((HEAD, Body(RECORD, end=False), Body(LARGE, end=True)), True),
        ((HEAD, Body(LARGE * 32, end=True)), False),  # nothing to find in 64 KiB
        ((HEAD, Body(b"[" + b"1," * SMALL + b"1]", end=True)), False),
        ((HEAD, Body("é".encode() * SMALL, end=True)), True),  # no first look at such a text
        ((HEAD, Body(b"call 919-555-0142 " + LARGE, end=True)), True),
        ((ZIPPED, Body(gzip.compress(RECORD, mtime=0), end=True)), False),
        ((ZIPPED, Body(b"\x1f\x8b" * 300, end=True)), True),  # nobody knows how long it is
    ],
)
def test_what_is_large_and_may_hold_something_is_dear(engine, events, expected):
    assert is_dear(events, engine) is expected
