"""Nothing of a document stays in the process after its report."""

import base64
import encodings
import gc
import gzip
import pkgutil
import re
import secrets
import sys
import types
from collections.abc import Callable, Iterable, Iterator
from itertools import count

import pytest

from phiscan.engine import Engine
from phiscan.finding import Gap
from phiscan.readers import json as json_reader
from phiscan.scanner import Limits
from phiscan.text.charset import codec_of

_LETTERS = str.maketrans("0123456789abcdef", "aeioulmnrstbdfgk")
_MARK = "qjzx"
"""The beginning of each value that the tests look for. No other text in the process has it."""


def _value() -> str:
    """Return a new word of letters, which is valid in any syntax."""
    return _MARK + secrets.token_hex(6).translate(_LETTERS)


def _run_of_letters() -> bytes:
    """Return base64 that is only letters, like a name in a program."""
    words = (secrets.token_hex(9).translate(_LETTERS).encode() for _ in count())
    return next(run for run in map(base64.b64encode, words) if run.isalpha())


def msgpack_map(value: bytes) -> bytes:
    """Return a MessagePack map of two strings."""
    key = bytes([0xA0 | len(value)]) + value
    return b"\x82" + key + b"\xa1x" + b"\xa3ssn" + b"\xab536-90-4431"


_JSON = "application/json"
_FHIR = b'{"resourceType":"Patient","id":"1","name":[{"family":"Ruiz","given":["Ana"]}],%s}'
_DOCUMENTS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "JSON key": (_JSON, lambda v: b'{"ssn":"536-90-4431","%s":{"name":"x"}}' % v),
    "JSON key with a label": (_JSON, lambda v: b'{"patient":{"%s name":"Ana Ruiz"}}' % v),
    "JSON key in clean traffic": (_JSON, lambda v: b'{"%s":{"total":1}}' % v),
    "JSON key with an escape": (_JSON, lambda v: b'{"ssn":"536-90-4431","\\u0061%s":1}' % v),
    "JSON key beside a long number": (_JSON, lambda v: b'{"%s":%d}' % (v, 10**30)),
    "JSON value": (_JSON, lambda v: b'{"patientName":"%s Ruiz","dob":"1980-01-02"}' % v),
    "JSON column": (_JSON, lambda v: b'{"columns":["ssn","%s"],"rows":[["536-90-4431","1"]]}' % v),
    "broken JSON": (_JSON, lambda v: b'{"ssn":"536-90-4431","%s":{"a":' % v),
    "FHIR element": (_JSON, lambda v: _FHIR % (b'"%s":{"value":"1"}' % v)),
    "FHIR path": (_JSON, lambda v: _FHIR % (b'"%s":{"name":{"family":"Ruiz"}}' % v)),
    "FHIR value": (_JSON, lambda v: _FHIR % (b'"birthDate":"%s"' % v)),
    "HL7 v2 JSON": (_JSON, lambda v: b'{"PID":{"PID.5":{"%s":"RUIZ"},"PID.3":"%s"}}' % (v, v)),
    "XML element": ("text/xml", lambda v: b"<a><%s><ssn>536-90-4431</ssn></%s></a>" % (v, v)),
    "XML attribute": (
        "text/xml",
        lambda v: b'<a><b %s="1" ssn="536-90-4431" x="%s"/></a>' % (v, v),
    ),
    "XML that is broken": ("text/xml", lambda v: b"<a><%s><ssn>1</a>" % v),
    "FHIR XML": (
        "application/fhir+xml",
        lambda v: (
            b'<Patient xmlns="http://hl7.org/fhir"><%s value="1"/><name><family value="%s"/>'
            b"</name></Patient>" % (v, v)
        ),
    ),
    "XML in a log line": (
        "text/plain",
        lambda v: b'got <%s xmlns="http://hl7.org/fhir"><id value="1"/></%s> now' % (v, v),
    ),
    "HL7 v2": (
        "x-application/hl7-v2+er7",
        lambda v: b"MSH|^~\\&|%s|B|C|D|2024||ADT^A01|1|P|2.5\rPID|1||%s^^^M||Ruiz^%s\r" % (v, v, v),
    ),
    "X12": (
        "application/edi-x12",
        lambda v: (
            b"ISA*00*          *00*          *ZZ*%s*ZZ*B              *240101*1200*^*00501*"
            b"000000001*0*P*:~NM1*IL*1*%s*ANA****MI*W1234~" % (v[:15].ljust(15), v)
        ),
    ),
    "CSV header": ("text/csv", lambda v: b"ssn,%s,%s name\n536-90-4431,%s,x\n" % (v, v, v)),
    "form": ("application/x-www-form-urlencoded", lambda v: b"ssn=536-90-4431&%s=%s" % (v, v)),
    "text label": ("text/plain", lambda v: b"%s patient: Ana\nPatient %s: Ana\n" % (v, v)),
    "SQL": (
        "text/plain",
        lambda v: b"insert into %s (ssn, %s) values ('536-90-4431', 'x');" % (v, v),
    ),
    "HTML": ("text/html", lambda v: b"<table><tr><th>%s</th><th>SSN</th></tr></table>" % v),
    "multipart": (
        "multipart/form-data; boundary=b",
        lambda v: (
            b'--b\r\nContent-Disposition: form-data; name="%s"; filename="%s"\r\n\r\n'
            b'{"ssn":"536-90-4431","%s":1}\r\n--b--\r\n' % (v, v, v)
        ),
    ),
    "msgpack": ("application/msgpack", msgpack_map),
    "protobuf": ("application/x-protobuf", lambda v: b"\x0a\x10" + v + b"\x12\x0b536-90-4431"),
    "gRPC": (
        "application/grpc",
        lambda v: b"\x00\x00\x00\x00\x1f\x0a\x10" + v + b"\x12\x0b536-90-4431",
    ),
    "charset": ("text/plain; charset=%s", lambda v: b"ssn 536-90-4431"),
    "base64": (_JSON, lambda v: b'{"data":"%s"}' % base64.b64encode(b'{"ssn":"1","%s":1}' % v)),
    "hex": (_JSON, lambda v: b'{"data":"%s"}' % (b'{"ssn":"1","%s":1}' % v).hex().encode()),
    "gzip in base64": (
        _JSON,
        lambda v: b'{"data":"%s"}' % base64.b64encode(gzip.compress(b'{"ssn":"1","%s":1}' % v)),
    ),
    "RTF": ("text/rtf", lambda v: b"{\\rtf1\\ansi\\ansicpg1252 Patient %s SSN 536-90-4431}" % v),
    "prose": (
        "text/plain",
        lambda v: b"Patient: %s Ruiz, seen by Dr. %s. Diagnosis: flu." % (v, v),
    ),
}


@pytest.mark.slow
def test_nothing_that_a_document_wrote_is_held_after_its_report(engine):
    wrote = {}
    for name in _DOCUMENTS:
        for _ in range(2):  # the second scan may cache what the first did not
            wrote.update(_scan(engine, name))
    wrote.update(_scan_letters(engine))
    wrote.update(_scan_failing(engine))
    wrote.update(_scan_late(engine))
    wrote.update(_scan_fields(engine))
    held = _holders(wrote)
    assert not held, "\n".join(held)


def _reversed(value: str) -> str:
    """Return the form in which the test keeps a value, so that the test itself does not hold it."""
    return value[::-1]


def _scan(engine: Engine, name: str) -> dict[str, str]:
    content_type, write = _DOCUMENTS[name]
    value = _value()
    kind = content_type.replace("%s", value)
    scanner = engine.scanner(content_type=kind, clock=lambda: 0.0)
    scanner.feed(write(value.encode()))
    assert scanner.finish().gap is not Gap.INTERNAL_ERROR
    return {_reversed(value): name}


def _scan_letters(engine: Engine) -> dict[str, str]:
    run = _run_of_letters()
    scanner = engine.scanner(content_type=_JSON, clock=lambda: 0.0)
    scanner.feed(b'{"note":"%s"}' % run)
    scanner.finish()
    decoded = base64.b64decode(run).decode()
    return {_reversed(run.decode()): "run of letters", _reversed(decoded): "decoded letters"}


def _scan_failing(engine: Engine) -> dict[str, str]:
    value = _value()

    def clock() -> float:
        return next(ticks)

    ticks = iter((0.0, 0.0))  # then none is left, and the scan ends with an exception
    scanner = engine.scanner(content_type=_JSON, clock=clock)
    scanner.feed(b'{"ssn":"536-90-4431","%s":{"%s":1}}' % (value.encode(), value.encode()))
    assert scanner.finish().gap is Gap.INTERNAL_ERROR
    return {_reversed(value): "internal error"}


def _scan_late(engine: Engine) -> dict[str, str]:
    value = _value()
    ticks = iter((0.0, *[1.0] * 2))
    scanner = engine.scanner(
        content_type=_JSON, limits=Limits(seconds=2.0), clock=lambda: next(ticks, 9.0)
    )
    body = b",".join(b'{"ssn":"536-90-4431","%s":%d}' % (value.encode(), n) for n in range(2000))
    scanner.feed(b"[%s]" % body)
    assert scanner.finish().gap is Gap.OUT_OF_TIME
    return {_reversed(value): "out of time"}


def _scan_fields(engine: Engine) -> dict[str, str]:
    value = _value()
    scanner = engine.scanner(content_type=_JSON, clock=lambda: 0.0)
    scanner.feed_field(f"query.{value}", "536-90-4431")
    scanner.feed_field("query.ssn", value)
    scanner.feed_field("path", f"/patients/{value}")
    scanner.feed(b"{}")
    scanner.finish()
    return {_reversed(value): "query field"}


def _holders(wrote: dict[str, str]) -> list[str]:
    """Return what holds a value: the types and names that lead there, and the value's document."""
    gc.collect()
    looked_for = re.compile("|".join(value[::-1] for value in wrote))
    found: dict[str, str] = {}
    for held, above in _reachable():
        text = held if isinstance(held, str) else bytes(held).decode("latin-1")
        for match in looked_for.finditer(text) if text is not looked_for.pattern else ():
            found.setdefault(" < ".join(_way(held, above)), wrote[_reversed(match[0])])
    return [f"{way}: {document}" for way, document in found.items()]


def _reachable() -> Iterator[tuple[str | bytes | bytearray, dict[int, object]]]:
    """Yield each text reachable from the collector's objects, and what leads to each object."""
    above: dict[int, object] = {}
    tracked = gc.get_objects()
    own = {id(above), id(tracked)}
    waiting: list[object] = [*tracked]
    own.add(id(waiting))
    seen = {id(item) for item in tracked} | own
    while waiting:
        item = waiting.pop()
        if id(item) in own or isinstance(item, types.FrameType):
            continue
        for below in _referents(item):
            if id(below) not in seen:
                seen.add(id(below))
                above[id(below)] = item
                if isinstance(below, str | bytes | bytearray):
                    yield below, above
                else:
                    waiting.append(below)


def _referents(item: object) -> list[object]:
    """Return the collector's referents, and the keys that it leaves out: texts make no cycles."""
    found = gc.get_referents(item)
    return found + list(dict.keys(item)) if isinstance(item, dict) else found


def _way(item: object, above: dict[int, object]) -> Iterable[str]:
    """Yield the types of the holders of an item, and the module that holds the last of them."""
    modules = {id(vars(m)): name for name, m in list(sys.modules.items()) if m is not None}
    for _ in range(12):
        yield modules.get(id(item), type(item).__qualname__)
        if id(item) in modules:
            return
        holder = above.get(id(item))
        if holder is None:
            holders = [h for h in gc.get_referrers(item) if isinstance(h, dict | list | tuple)]
            holder = next((h for h in holders if id(h) in modules), None) or next(
                (h for h in gc.get_referrers(item) if type(h).__module__ != "builtins"), None
            )
        if holder is None:
            return
        item = holder


@pytest.mark.slow
def test_the_search_finds_what_is_held():
    kept: tuple[list, dict, set] = [], {}, set()
    names = {}
    for holder in kept:
        value = _value()
        if isinstance(holder, list):
            holder.append(("x", [value.encode()]))
        elif isinstance(holder, dict):
            holder[value] = 1
        else:
            holder.add(value)
        names[_reversed(value)] = type(holder).__name__
        del value
    assert {held.rpartition(": ")[2] for held in _holders(names)} == {"list", "dict", "set"}


def test_every_encoding_of_python_is_known_without_asking_for_it():
    names = {m.name for m in pkgutil.iter_modules(encodings.__path__)} - {"aliases"}
    unknown = {name for name in names if not codec_of(name)}
    assert unknown - {"mbcs", "oem"} == {"idna", "punycode"}  # of Windows, and of domain names
    assert codec_of("ISO-8859-1") == "iso8859-1"
    assert codec_of("ottoline") == ""


@pytest.mark.parametrize(
    ("number", "is_valid"),
    [
        ("12345678901234567890123", True),
        ("-12345678901234567890123", True),
        ("1" * 308, True),
        ("9" * 400, True),  # more than a double can hold: Python reads it
        ("012345678901234567890123", False),
        ("12345678901234567890123x", False),
    ],
)
def test_an_integer_over_64_bits_is_valid_where_a_double_can_hold_it(number, is_valid):
    data = '{"a \\"12345678901234567890123": [%s, "12345678901234567890123"]}'
    assert json_reader.valid((data % f"12345678901234567890123,{number}").encode()) is is_valid
