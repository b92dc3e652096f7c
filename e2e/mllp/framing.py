"""Ways that play with frames: where a message begins and ends, and what stands between."""

import contextlib
import ssl
from collections.abc import Callable
from typing import Final

from e2e.mllp.laboratory import LIMIT
from e2e.mllp.way import (
    CLOSED,
    CR,
    DELIVERED,
    END,
    FS,
    NAK,
    NOTHING,
    VT,
    Sent,
    Value,
    Way,
    framed,
    one,
    unread,
)

_HARMLESS: Final = framed(
    b"MSH|^~\\&|EHR|CLINIC|LAB|LAB|20260311093000||MFN^M05^MFN_M05|OTHER|P|2.5.1\rNTE|1||shelves\r"
)


def _bytes_of(data: bytes) -> list[bytes]:
    return [data[place : place + 1] for place in range(len(data))]


def _cut(data: bytes, *marks: bytes) -> list[bytes]:
    """Cut right behind each of the marks."""
    parts = []
    for mark in marks:
        before, found, data = data.partition(mark)
        parts.append(before + found)
    return [*parts, data]


def _in_two(value: Value) -> Sent:
    """Cut in the middle of the number, or of the text."""
    mark = b"541-2" if b"541-2" in value.frame() else b"gau"
    return Sent(_cut(value.frame(), mark), pause=0.05)


def _client_hello() -> bytes:
    """Return how a TLS client begins."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl.create_default_context()
    client = context.wrap_bio(incoming, outgoing, server_hostname="541-27-8860.example")
    with contextlib.suppress(ssl.SSLWantReadError):
        client.do_handshake()
    return outgoing.read()


def _many(name: str, hope: str, make: Callable[[Value], Sent], end: str = CLOSED) -> Way:
    """A way whose twin does not arrive either."""
    return Way(name, hope, make, end, end, arrives=False)


WAYS: Final = (
    one("plain", "it is not looked at", Value.frame),
    Way("byte by byte", "no piece holds the number", lambda v: Sent(_bytes_of(v.frame()))),
    Way("cut in the number", "neither half holds it", _in_two),
    Way("cut behind the start", "one byte alone", lambda v: Sent(_cut(v.frame(), VT), 0.05)),
    Way(
        "cut before the end block",
        "a message without an end goes on",
        lambda v: Sent((v.frame()[:-2], END), pause=0.05),
    ),
    Way(
        "cut in the end block",
        "the end block is not seen",
        lambda v: Sent((v.frame()[:-1], CR), pause=0.05),
    ),
    Way(
        "in one segment between two others",
        "the first verdict counts for all",
        lambda v: Sent((_HARMLESS + v.frame() + _HARMLESS,), answers=3),
        dirty="*",
    ),
    Way(
        "behind twenty",
        "nobody reads that far",
        lambda v: Sent((_HARMLESS * 20 + v.frame(),), answers=21),
        dirty="*",
    ),
    Way(
        "twenty behind it",
        "the queue is let through",
        lambda v: Sent((v.frame() + _HARMLESS * 20,), answers=21),
        dirty=DELIVERED,
    ),
    Way(
        "behind a denied one, later",
        "a refusal ends the scan",
        lambda v: Sent((v.frame(), v.frame()), pause=0.2, answers=2),
    ),
    one("line feed behind the frame", "the next frame is skipped", lambda v: v.frame() + b"\n"),
    one("line feed before the frame", "it counts as no MLLP", lambda v: b"\r\n" + v.frame()),
    one("keep-alive before the frame", "blanks hide it", lambda v: b"\r\n" * 40 + v.frame()),
    unread(
        "kilobytes of blanks before it",
        "the reader gives up",
        lambda v: b" " * 8192 + v.frame(),
        CLOSED,
    ),
    unread(
        "kilobytes of junk before it",
        "the reader gives up",
        lambda v: b"x" * 8192 + v.frame(),
        CLOSED,
    ),
    _many(
        "junk between two frames",
        "what follows is read as the first",
        lambda v: Sent((_HARMLESS, b"junk", v.frame()), pause=0.1, answers=2),
        DELIVERED,
    ),
    Way(
        "no carriage return, a frame behind",
        "two messages count as one",
        lambda v: Sent((v.frame()[:-1] + _HARMLESS,), answers=2),
        dirty="*",
    ),
    Way(
        "no carriage return",
        "the frame never ends",
        lambda v: Sent((v.frame()[:-1],)),
        is_slow=True,  # it takes a second
    ),
    unread("no start block", "it is no MLLP", lambda v: v.message(), CLOSED),
    unread(
        "no start block, then a frame",
        "the frame opens the door",
        lambda v: v.message() + _HARMLESS,
        CLOSED,
    ),
    _many(
        "no end block",
        "the half that has come goes on",
        lambda v: Sent((v.frame()[:-2],), answers=0),
        NOTHING,
    ),
    _many(
        "no end block, then the end",
        "the end of the connection ends the message",
        lambda v: Sent((v.frame()[:-2],), half_closes=True),
        NAK,
    ),
    Way(
        "whole, then the end",
        "the end overtakes the verdict",
        lambda v: Sent((v.frame(),), half_closes=True),
    ),
    Way(
        "whole, then gone",
        "the end of the connection releases it",
        lambda v: Sent((v.frame(),), answers=0, is_reset=True),
        dirty=NOTHING,
        clean=NOTHING,
        arrives=None,
    ),
    unread("two start blocks", "a receiver takes the second", lambda v: VT + v.frame()),
    unread(
        "a start block inside",
        "a receiver takes the second message",
        lambda v: VT + b"MSH|^~\\&|A|B|C|D|2026||ADT^A01|X|P|2.5\r" + v.frame(),
    ),
    unread(
        "an end block's first byte inside",
        "a receiver ends there",
        lambda v: VT + v.message().replace(b"|1|", b"|1" + FS + b"|", 1) + END,
    ),
    unread(
        "an end block inside",
        "what follows it is not read",
        lambda v: framed(b"NTE|1||shelf\r" + END + v.message()),
    ),
    Way(
        "an empty frame before it",
        "a frame without a message ends the scan",
        lambda v: Sent((VT + END + v.frame(),), answers=2),
    ),
    unread("TLS inside", "nobody can read it", lambda v: _client_hello() + v.frame(), CLOSED),
    unread(
        "HTTP on that port",
        "another protocol passes",
        lambda v: b"POST / HTTP/1.1\r\nhost: x\r\n\r\n" + v.frame(),
        CLOSED,
    ),
    _many(
        "longer than the limit",
        "the rest passes unread",
        lambda v: Sent(
            (framed(v.message("NTE|1||" + "x" * LIMIT, *v.segments)), _HARMLESS), answers=2
        ),
        DELIVERED,  # the harmless one behind it
    ),
    _many(
        "endless",
        "the guard runs out of memory",
        lambda v: Sent((v.frame()[:-2], *[b"x" * LIMIT] * 40), answers=1),
        "*",
    ),
    one(
        "commit blocks before it",
        "release 2 is another protocol",
        lambda v: framed(b"\x06") + v.frame(),
    ),
    unread(
        "in a commit block",
        "blocks of acknowledgements are not read",
        lambda v: framed(b"\x06" + v.message()),
    ),
)
