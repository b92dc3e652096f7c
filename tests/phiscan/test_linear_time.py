"""Every input costs time in proportion to its length, so that no sender can stall the process.

Each body once took quadratic time. The tests compare the cost of a body with the cost of
one a quarter as long, in processor time, so that a busy machine changes nothing.
"""

import gzip
import time
import tracemalloc
from collections.abc import Callable

import pytest
import zstandard

import phiscan
from phiscan.engine import Engine
from phiscan.finding import Coverage, Gap
from phiscan.syntax.json_places import Places
from phiscan.syntax.xml_tokens import local_name
from phiscan.words.labels import is_vocabulary, read_label

_GROWTH = 4
"""The length of the larger body, as a multiple of the smaller one's."""
_STEEPEST = 9
"""The most that its cost may be, as a multiple: 4 is linear, 16 is quadratic."""
_NOISE = 0.05
"""Seconds that a body costs regardless of its length."""

_TEXT, _JSON, _HTML = "text/plain", "application/json", "text/html"
_HOSTILE: dict[str, tuple[str, Callable[[int], bytes]]] = {
    "a run of dashes": (_TEXT, lambda n: b"-" * n * 75_000),
    "a run of slashes": (_TEXT, lambda n: b"A/" * n * 37_500),
    "lines with a part of a document": (
        _TEXT,
        lambda n: b'2024-01-02 03:04:05 A "resourceType": {\n' * n * 1_000,
    ),
    "lines of which each has another prefix": (
        _TEXT,
        lambda n: b"".join(b'%x "resourceType": {\nb\n' % i for i in range(n * 1_000)),
    ),
    "parts of lines": (_TEXT, lambda n: b" stdout P " * n * 2_000),
    "strings of records with a part of a document": (
        _JSON,
        lambda n: b'{"m":"{\\"resourceType\\":"}\n' * n * 1_000,
    ),
    "records of many keys": (
        _JSON,
        lambda n: b"".join(b'{"k%d":"{\\"resourceType\\":"}\n' % i for i in range(n * 1_000)),
    ),
    "printed objects that do not end": (_TEXT, lambda n: b"{ resourceType: 'a', b: [" * n * 1_000),
    "a line of digits and signs": (_TEXT, lambda n: b"ISA*00*" + b"a1:" * n * 20_000 + b"\n" * n),
    "escaped quotes before braces": (_TEXT, lambda n: b'"{1' + b'\\"{1' * n * 37_500),
    "a form's value of letters": (
        "application/x-www-form-urlencoded",
        lambda n: b"a=" + b"A" * n * 100_000,
    ),
    "digits where a part's parameter stands": (
        "multipart/form-data; boundary=x",
        lambda n: (
            b"--x\r\ncontent-type: multipart/x; %s\r\n\r\nhi\r\n--x--\r\n" % (b"1" * n * 5_000)
        ),
    ),
    "a run of backslashes": (_TEXT, lambda n: b"\\" * n * 50_000),
    "pairs of digits that end badly": (_TEXT, lambda n: b"41 20 " * n * 12_500 + b"4x"),
    "a list of numbers that ends badly": (
        _TEXT,
        lambda n: b"[" + b"32, 34, " * n * 9_400 + b"999]",
    ),
    "a word of base85 that is none": (_TEXT, lambda n: b"!ab#$cd;?" * n * 8_400),
    "an element of many attributes": (
        "application/xml",
        lambda n: b"<a " + b" ".join(b'b%d="ssn"' % i for i in range(n * 5_000)) + b"/>",
    ),
    "readings of wearables in deep objects": (
        _JSON,
        lambda n: (
            b'{"userId":"u1","a":' * 400
            + b"["
            + b'{"fpVal":1,"value":2},' * 1_000 * n
            + b"0]"
            + b"}" * 400
        ),
    ),
    "blanks behind JSON": (
        _JSON,
        lambda n: b'{"name": "Ana", "ssn": "512-44-9031"}' + b" " * n * 250_000,
    ),
    "blanks behind FHIR": (
        _JSON,
        lambda n: b'{"resourceType": "Patient", "id": "7"}' + b" " * n * 250_000,
    ),
    "a string of JSON that does not end": (
        _JSON,
        lambda n: b'{"ssn": "512-44-9031", "resourceType": "' + b'\\"' * n * 75_000,
    ),
    "what is no JSON within it": (_JSON, lambda n: b'{"ssn": 1' + b" ' ;" * n * 25_000 + b"}"),
    "a text of many tags that do not end": (_HTML, lambda n: b"<html><p>" + b"<div" * n * 12_500),
    "values in a long list": (
        _JSON,
        lambda n: b'{"note": [' + b'"SSN 512-44-9031", 1, ' * n * 1_500 + b"1]}",
    ),
    "values in one long string": (
        _JSON,
        lambda n: b'{"note": "' + b"SSN 512-44-9031, " * n * 2_000 + b'"}',
    ),
    "values below brackets that do not close": (
        _JSON,
        lambda n: b'{"note": "SSN 512-44-9031", "a": [' * n * 100,
    ),
    "values in one long attribute": (
        "application/xml",
        lambda n: b'<a note="' + b"SSN 512-44-9031, " * n * 2_000 + b'"/>',
    ),
    "values behind many end tags": (
        _HTML,
        lambda n: b"<html><p>" + b"SSN 512-44-9031</p></b>" * n * 1_500,
    ),
    "values in one long row": (
        "text/csv",
        lambda n: b"id,dob,note\n1,1961-04-12," + b"SSN 512-44-9031;" * n * 2_000,
    ),
    "a label before many tags": (_HTML, lambda n: b"<html><p>" + b"ssn:<b>" * n * 3_200),
}


def _seconds(data: bytes, content_type: str) -> float:
    began = time.process_time()
    phiscan.scan(data, content_type=content_type)
    return time.process_time() - began


def _assert_linear(content_type: Callable[[int], str], body: Callable[[int], bytes]) -> None:
    phiscan.scan(b"the engine is compiled once")
    # the fastest of three: what else the machine does only ever adds
    most = _STEEPEST * min(_seconds(body(1), content_type(1)) for _ in range(3)) + _NOISE
    longer, kind = body(_GROWTH), content_type(_GROWTH)
    assert any(_seconds(longer, kind) < most for _ in range(3))


@pytest.mark.parametrize("name", _HOSTILE)
def test_a_hostile_body_is_read_in_linear_time(name: str) -> None:
    content_type, body = _HOSTILE[name]
    _assert_linear(lambda _: content_type, body)


def test_a_hostile_content_type_is_read_in_linear_time() -> None:
    _assert_linear(
        lambda n: "multipart/x;" + "1" * n * 5_000, lambda _: b"--x\r\n\r\nhi\r\n--x--\r\n"
    )


@pytest.mark.parametrize(
    "chunk", [b'{"name": "cart", "count": 12},' * 2000, bytes(65536)], ids=["JSON", "NUL"]
)
def test_a_stream_of_a_gibibyte_is_cut_off_in_bounded_memory(engine: Engine, chunk: bytes) -> None:
    scanner = engine.scanner(clock=time.monotonic)
    tracemalloc.start()
    for _ in range((1 << 30) // len(chunk)):
        scanner.feed(chunk)
    report = scanner.finish()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert (report.coverage, report.gap) == (Coverage.TRUNCATED, Gap.OVER_LIMIT)
    assert peak < 64 << 20


@pytest.mark.parametrize(
    "empty", [gzip.compress(b""), zstandard.compress(b"")], ids=["gzip", "zstd"]
)
def test_a_body_of_many_empty_members_is_over_the_limit(empty: bytes) -> None:
    report = phiscan.scan(empty * 2000)

    assert report.gap is Gap.OVER_LIMIT


def test_long_labels_are_not_remembered() -> None:
    places = Places(lambda _: True, lambda _: True)
    tracemalloc.start()
    for number in range(50):
        label = f"{number:0>100000}"
        read_label(label)
        is_vocabulary(label)
        local_name(label.encode())
        assert places.top[label.encode()].key == label
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert kept < 1_000_000
    assert not places.top


def test_a_document_of_many_values_deep_down_fills_no_memory_with_their_paths() -> None:
    phiscan.scan(b"the engine is compiled once")
    values = b'"id":1,"a":[' + b'{"birthDate":"1971-03-09"},' * 10_000 + b"1]"
    body = b'{"resourceType":"Patient","a":' + b'{"a":' * 480 + b"{" + values + b"}" * 482
    tracemalloc.start()
    report = phiscan.scan(body, content_type="application/fhir+json")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert report.coverage is Coverage.COMPLETE
    assert peak < 24 << 20  # each path has 480 keys, and all of them would take 40 MB


@pytest.mark.parametrize(
    "form", ['{{"{0}": {1}}}', '{{"resourceType": "Patient", "{0}": {1}}}'], ids=["above", "below"]
)
def test_long_keys_around_a_resource_are_not_remembered(form: str) -> None:
    phiscan.scan(b"the engine is compiled once")
    tracemalloc.start()
    for number in range(50):
        inner = '{"resourceType": "Patient", "birthDate": "1971-03-09"}'
        phiscan.scan(
            form.format(f"{number}" + " k" * 50_000, inner).encode(),
            content_type="application/fhir+json",
        )
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert kept < 1_000_000


def test_made_up_keys_do_not_keep_real_ones_from_being_remembered() -> None:
    places = Places(lambda _: True, lambda _: True)
    for number in range(20_000):
        assert places.top[b"%d" % number].wanted
    assert places.top[b"ssn"].wanted
    assert places.top[b"ssn"].wanted  # the first new key finds the tree full and begins a new one

    assert b"ssn" in places.top


def test_one_document_of_made_up_keys_fills_no_memory() -> None:
    places = Places(lambda _: True, lambda _: True)
    top = places.top
    tracemalloc.start()
    for number in range(100_000):
        assert top[b"%d" % number].wanted
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert kept < 16 << 20  # the places of a full tree


def test_the_path_of_a_place_deep_down_is_put_together_when_it_is_asked_for() -> None:
    places = Places(lambda _: True, lambda _: True)
    tracemalloc.start()
    place = places.top
    for number in range(500):
        place = place[b"%d" % number]
        for wanted in range(20):
            assert place[b"k%d" % wanted].wanted
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert place.path == tuple(map(str, range(500)))
    assert kept < 8 << 20
