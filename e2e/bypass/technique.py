"""What a technique is: one way of writing a message, for a value and for its clean twin."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

SSN: Final = "541-27-8860"
NAME: Final = "Okonkwo-Reyes"
MARKS: Final = tuple(
    mark.encode() for mark in (SSN, SSN.replace("-", ""), NAME, NAME.lower(), NAME.upper())
)
"""What may be in no byte that the receiver gets."""

GATES: Final = ("ext_authz", "ext_proc", "both")
FOUND: Final = "MINIMUM_NECESSARY"
DELIVERED: Final = ""
CLOSED: Final = "closed"
NO_HEADERS: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Value:
    """What a technique hides. `dirty` makes PHI, `clean` the same for the stock of a ward.

    Args:
        text: a sentence.
        record: the same as names and values.
        word: the same without blanks, for places that take one word of letters, digits and dashes.
        token: names the attempt. It stands in a header of each request of the attempt.
        host: the service to send to.
    """

    text: str
    record: Mapping[str, str]
    word: str
    token: str = ""
    host: str = ""


DIRTY: Final = Value(
    f"Patient: Marisol {NAME}, SSN {SSN}, diagnosis E11.9 type 2 diabetes",
    {"patientName": f"Marisol {NAME}", "ssn": SSN, "diagnosis": "E11.9"},
    f"patient-{NAME}-ssn-{SSN}-diagnosis-E11.9",
)
CLEAN: Final = Value(
    "Article: gauze rolls of ten, shelf A12, count 300 on the third of four racks",
    {"articleName": "gauze rolls", "shelf": "A12", "unit": "box"},
    "article-gauze-rolls-shelf-A12-unit-box",
)


@dataclass(frozen=True, slots=True)
class Http2:
    """One request over HTTP/2: its headers, DATA frames and trailers."""

    headers: tuple[tuple[str, str], ...]
    frames: tuple[bytes, ...] = ()
    trailers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Sent:
    """What goes to the sidecar.

    Args:
        parts: bytes of one connection of HTTP/1, written one by one. Or one request of HTTP/2.
        carried: what the receiver of the clean twin must find in what it received, unless the
            sidecar removes it from the message with the value too.
        answers: how many final answers to wait for, at most.
    """

    parts: tuple[bytes, ...] | Http2
    carried: bytes
    answers: int = 1


@dataclass(frozen=True, slots=True)
class Technique:
    """One way around the guard, and how it ends.

    Each end is empty (delivered), a reason of the guard, or a status with Envoy's reason.

    Args:
        name: its id.
        hope: what the attacker hopes for.
        make: writes the message.
        dirty: how the message with the value ends. Delivered means: without the value.
        clean: how its clean twin ends.
        at: other ends at single gates, as (dirty, clean). `receiver` is that of streams.
        known_open: why the value arrives, by gate; empty where it does not. Such a case is expected
            to fail.
    """

    name: str
    hope: str
    make: Callable[[Value], Sent]
    dirty: str = FOUND
    clean: str = DELIVERED
    at: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    known_open: Mapping[str, str] = field(default_factory=dict)

    @property
    def gates(self) -> tuple[str, ...]:
        """Where the technique is tried.

        What Envoy refuses before it asks anyone needs no second sidecar in a row. Where it closes
        the connection, it takes a second for that, and one listener is enough.
        """
        if self.dirty == CLOSED:
            return GATES[:1]
        return GATES[:2] if self.dirty[:1].isdigit() else GATES

    def ends(self, gate: str) -> tuple[str, str]:
        """How the message and its clean twin end at a gate."""
        return self.at.get(gate, (self.dirty, self.clean))


def head(value: Value, *fields: str | bytes, line: str | bytes = "POST /intake HTTP/1.1") -> bytes:
    """The head of a request, with its end. Fields are lines without their ends."""
    lines = (line, f"host: {value.host}", f"x-case: {value.token}", *fields)
    encoded = [each if isinstance(each, bytes) else each.encode("latin-1") for each in lines]
    return b"\r\n".join(encoded) + b"\r\n\r\n"


def post(value: Value, body: bytes, kind: str = "text/plain", *fields: str) -> Sent:
    """One plain request whose body goes through unchanged."""
    typed = (f"content-type: {kind}",) if kind else ()
    start = head(value, *typed, *fields, f"content-length: {len(body)}")
    return Sent((start + body,), body)


def chunked(*chunks: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    """A body in chunks."""
    return b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + end


def get(value: Value, target: str | bytes, carried: str | bytes = "", *fields: str) -> Sent:
    """A request without a body."""
    target, carried = _bytes(target), _bytes(carried or target)
    return Sent((head(value, *fields, line=b"GET " + target + b" HTTP/1.1"),), carried)


def with_field(value: Value, line: str | bytes, carried: str | bytes) -> Sent:
    """A request without a body, with one more line in its head."""
    return Sent((head(value, line, "content-length: 0"),), _bytes(carried))


def body(
    name: str, hope: str, kind: str, write: Callable[[Value], str | bytes], **ends: str
) -> Technique:
    """A technique that writes the body of one plain request."""

    def make(value: Value) -> Sent:
        return post(value, _bytes(write(value)), kind)

    return Technique(name, hope, make, **ends)


def http2(
    value: Value,
    frames: Sequence[bytes] = (),
    kind: str = "text/plain",
    *,
    more: Sequence[tuple[str, str]] = (),
    trailers: Sequence[tuple[str, str]] = (),
) -> Http2:
    """One request over HTTP/2."""
    headers = (
        (":method", "POST"),
        (":scheme", "http"),
        (":authority", value.host),
        (":path", "/intake"),
        ("x-case", value.token),
        ("content-type", kind),
    )
    replaced = {name for name, _ in more if name.startswith(":")}
    kept = tuple(pair for pair in headers if pair[0] not in replaced)
    pseudo = tuple(pair for pair in more if pair[0] in replaced)
    rest = tuple(pair for pair in more if pair[0] not in replaced)
    return Http2((*pseudo, *kept, *rest), tuple(frames), tuple(trailers))


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()
