"""What a hostile sender writes costs time in proportion to its length: no input stalls the process that reads it.

Each body made a square of its length once, which at the size below is many seconds; what is linear takes a few milliseconds.
The processor's time is counted, because others may use the machine too.
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

_SECONDS = 1.0


def _times(unit: bytes, size: int) -> bytes:
    return (unit * (size // len(unit) + 1))[:size]


_HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "a run of dashes": (lambda: b"-" * 300_000, "text/plain"),
    "a run of slashes": (lambda: b"A/" * 150_000, "text/plain"),
    "escaped quotes before braces": (lambda: b'"{1' + _times(b'\\"{1', 600_000), "text/plain"),
    "a form's value of letters": (
        lambda: b"a=" + b"A" * 400_000,
        "application/x-www-form-urlencoded",
    ),
    "digits where a part's parameter stands": (
        lambda: b"--x\r\ncontent-type: multipart/x; " + b"1" * 20_000 + b"\r\n\r\nhi\r\n--x--\r\n",
        "multipart/form-data; boundary=x",
    ),
    "digits where the message's parameter stands": (
        lambda: b"--x\r\n\r\nhi\r\n--x--\r\n",
        "multipart/x;" + "1" * 20_000,
    ),
    "a run of backslashes": (lambda: b"\\" * 200_000, "text/plain"),
    "pairs of digits that end badly": (lambda: _times(b"41 20 ", 300_000) + b"4x", "text/plain"),
    "a list of numbers that ends badly": (
        lambda: b"[" + _times(b"32, 34, ", 300_000) + b"999]",
        "text/plain",
    ),
    "a word of base85 that is none": (lambda: _times(b"!ab#$cd;?", 300_000), "text/plain"),
    "an element of many attributes": (
        lambda: b"<a " + b" ".join(b'b%d="ssn"' % i for i in range(20_000)) + b"/>",
        "application/xml",
    ),
    "blanks behind JSON": (
        lambda: b'{"name": "Ana", "ssn": "512-44-9031"}' + b" " * 1_000_000,
        "application/json",
    ),
    "blanks behind FHIR": (
        lambda: b'{"resourceType": "Patient", "id": "7"}' + b" " * 1_000_000,
        "application/json",
    ),
    "a string of JSON that does not end": (
        lambda: b'{"ssn": "512-44-9031", "resourceType": "' + b'\\"' * 300_000,
        "application/json",
    ),
    "what is no JSON within it": (
        lambda: b'{"ssn": 1' + _times(b" ' ;", 400_000) + b"}",
        "application/json",
    ),
    "a text of many tags that do not end": (
        lambda: b"<html><p>" + _times(b"<div", 200_000),
        "text/html",
    ),
    "a label before many tags": (lambda: b"<html><p>" + _times(b"ssn:<b>", 90_000), "text/html"),
}


@pytest.mark.parametrize("name", _HOSTILE)
def test_a_hostile_body_is_read_in_linear_time(name: str) -> None:
    body, content_type = _HOSTILE[name]
    phiscan.scan(b"the engine is compiled once")
    data = body()

    began = time.process_time()  # other work on the machine is no fault of the scan
    phiscan.scan(data, content_type=content_type)

    assert time.process_time() - began < _SECONDS


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
    assert peak < 24 << 20  # each path has 480 keys: 40 MB of them


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
    assert places.top[b"ssn"].wanted  # the tree is full at the first one, and a new one begins

    assert b"ssn" in places.top


def test_one_document_of_made_up_keys_fills_no_memory() -> None:
    places = Places(lambda _: True, lambda _: True)
    top = places.top
    tracemalloc.start()
    for number in range(100_000):
        assert top[b"%d" % number].wanted
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert kept < 16 << 20  # those that a full tree holds


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
