"""Google's reader on answers in Google's form. `make at-rest` reads a server of that protocol."""

import gzip
import io
import json
import logging
from urllib.parse import parse_qs, urlsplit

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from stub_server import serving

from atrest.manners import Manners
from atrest.protection import Evidence, Protection, Shield
from atrest.readers.objects import gcs
from atrest.readers.registry import open_source
from atrest.source import Budget, Document, ReadError, Reason
from atrest.spec import parse
from atrest.unit import Unit, UnitKind

BODY = b"Patient: Ana Ruiz\n" * 200_000
GENERATION = 1796038567450970


class Store:
    """Two pages of one object each; what it says of an object can be changed."""

    def __init__(self):
        self.seen = []
        self.said = {}
        self.refusal = None
        self.body = BODY
        self.further = {}

    def __call__(self, path, headers):
        url = urlsplit(path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        self.seen.append((url.path, query, headers))
        if self.refusal and self.refusal[0](url.path):
            return self.refusal[1], {"Content-Type": "application/json"}, self.refusal[2]
        if url.path.endswith("/o"):
            return (
                self.json({"items": [self.entry("b")]})
                if "pageToken" in query
                else self.json({"items": [self.entry("a")], "nextPageToken": "more"})
            )
        if query.get("alt") != "media":
            return self.json(self.entry("a") | self.said)
        start, _, end = headers["range"][6:].partition("-")
        data = self.body[int(start) : int(end) + 1]
        span = {"Content-Range": f"bytes {start}-{end}/{len(self.body)}"}
        return 206, {"Content-Type": "text/plain"} | span | self.further, data

    def entry(self, name):
        return {"name": name, "size": str(len(BODY)), "generation": str(GENERATION)}

    def json(self, found):
        return 200, {"Content-Type": "application/json"}, json.dumps(found).encode()


@pytest.fixture
def store():
    answers = Store()
    with serving(answers) as address:
        answers.spec = f"gs://clinic/?endpoint=http://{address}&anonymous=yes"
        yield answers


@pytest.fixture(autouse=True)
def once(monkeypatch):
    """What fails is not asked for again, so that no test waits."""
    monkeypatch.setattr(gcs, "_LIMITS", {"timeout": (1, 5), "retry": None})


def opened(spec):
    return open_source(parse(spec), Manners(), {})


def unit(name="a", generation=GENERATION):
    return Unit("gs://clinic/", name, UnitKind.OBJECT, str(generation), len(BODY))


def refusal_of(message, reason="invalid"):
    errors = [{"reason": reason, "message": message}]
    return json.dumps({"error": {"message": message, "errors": errors}}).encode()


def test_all_pages_are_listed_with_their_generation(store):
    found = list(opened(store.spec).list())
    assert [(u.name, u.size, u.version) for u in found] == [
        (name, len(BODY), str(GENERATION)) for name in "ab"
    ]


def test_each_range_is_of_the_generation_that_was_listed_and_nobody_pays(store):
    found = list(opened(store.spec).read(unit(), Budget()))
    assert b"".join(item.data for item in found if isinstance(item, Document)) == BODY
    described, *ranges = store.seen
    assert "alt" not in described[1]
    assert len(ranges) > 2
    assert all(query["alt"] == "media" for _, query, _ in ranges)
    assert {query["ifGenerationMatch"] for _, query, _ in store.seen} == {str(GENERATION)}
    assert all("userProject" not in query for _, query, _ in store.seen)


def test_what_is_packed_is_read_as_it_lies(store):
    """Unpacked by the library, no range and no size would be right."""
    store.body = gzip.compress(b"Patient: Ana Ruiz")
    store.further = {"Content-Encoding": "gzip"}
    found = opened(store.spec)._bucket.piece("a", str(GENERATION), 0, len(store.body))
    assert found.data == store.body
    assert store.seen[-1][2]["accept-encoding"] == "gzip"


def test_a_store_that_knows_no_conditions_is_held_to_the_generation(store):
    with pytest.raises(ReadError) as caught:
        list(opened(store.spec).read(unit(generation=7), Budget()))
    assert caught.value.reason is Reason.CHANGED


KMS = {"kmsKeyName": "projects/ruiz"}
OWN_KEY = {"customerEncryption": {"keySha256": "x"}}


@pytest.mark.parametrize(
    ("said", "is_googles", "expected"),
    [
        (KMS, False, Evidence("objects.get", "kmsKeyName", Shield.UP)),
        (KMS, True, Evidence("objects.get", "kmsKeyName", Shield.UP)),
        ({}, True, Evidence("objects.get", "Google's default encryption", Shield.UP)),
        ({}, False, Evidence("objects.get", "no kmsKeyName", Shield.UNKNOWN)),
        (OWN_KEY, True, Evidence("objects.get", "customer-supplied key", Shield.UP)),
    ],
)
def test_what_is_known_of_an_object_is_evidence(store, monkeypatch, said, is_googles, expected):
    monkeypatch.setattr(gcs, "_is_googles", lambda _: is_googles)
    store.said = said
    source = opened(store.spec)
    connection = (Evidence("scheme", "http", Shield.DOWN),)
    assert source.protection(unit()) == Protection((expected,), connection)
    list(source.read(unit(), Budget()))
    assert source.protection(unit()).storage == (expected,)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://storage.googleapis.com", True),
        ("https://storage.me-central2.rep.googleapis.com", True),
        ("https://storage.googleapis.com.example", False),
    ],
)
def test_googles_own_store_is_known_by_its_host(address, expected):
    assert gcs._is_googles(address) is expected


def is_media(path):
    return path.startswith("/download/")


def is_any(_):
    return True


def test_an_object_whose_key_only_its_owner_has_is_named(store):
    store.said = {"customerEncryption": {"encryptionAlgorithm": "AES256"}}
    store.refusal = (is_media, 400, b"The target object is encrypted")
    with pytest.raises(ReadError) as caught:
        list(opened(store.spec).read(unit(), Budget()))
    assert (caught.value.reason, caught.value.detail) == (Reason.ENCRYPTED, "CSEK")


@pytest.mark.parametrize(
    ("where", "status", "reason"),
    [
        (is_any, 400, Reason.UNREACHABLE),
        (is_any, 401, Reason.REFUSED),
        (is_any, 403, Reason.NOT_PERMITTED),
        (is_any, 404, Reason.GONE),
        (is_any, 412, Reason.CHANGED),
        (is_media, 403, Reason.NOT_PERMITTED),
        (is_media, 404, Reason.GONE),
        (is_media, 412, Reason.CHANGED),
    ],
)
def test_a_refusal_is_a_reason_and_its_text_is_nowhere(store, capfd, where, status, reason):
    store.refusal = (where, status, refusal_of("ruiz_ana.txt"))
    said = io.StringIO()
    handler = logging.StreamHandler(said)
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        with pytest.raises(ReadError) as caught:
            list(opened(store.spec).read(unit("ruiz_ana.txt"), Budget()))
    finally:
        root.removeHandler(handler)
        root.setLevel(before)
    assert caught.value.reason is reason
    seen = said.getvalue() + "".join(capfd.readouterr()) + repr(caught.value)
    assert "ruiz" not in seen


def test_a_bucket_that_its_reader_would_pay_for_is_named(store):
    store.refusal = (is_any, 400, refusal_of("Bucket is a requester pays bucket", "required"))
    with pytest.raises(ReadError) as caught:
        list(opened(store.spec).list())
    assert caught.value.reason is Reason.REQUESTER_PAYS


def test_what_cannot_be_asked_is_unknown(store):
    store.refusal = (is_any, 403, refusal_of("no"))
    assert opened(store.spec).protection(unit()).stored is Shield.UNKNOWN


def test_no_span_holds_a_key(store, monkeypatch):
    spans = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    monkeypatch.setattr(trace, "get_tracer", lambda *_, **__: provider.get_tracer("t"))
    list(opened(store.spec).read(unit(), Budget()))
    assert spans.get_finished_spans() == ()


def test_a_token_is_not_sent_without_tls(store):
    with pytest.raises(ReadError) as caught:
        opened(store.spec.removesuffix("&anonymous=yes"))
    assert caught.value.reason is Reason.REFUSED
    assert "TLS" in caught.value.detail
    assert store.seen == []


def test_credentials_that_are_not_there_are_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "none.json"))
    with pytest.raises(ReadError) as caught:
        opened("gs://clinic")
    assert (caught.value.reason, caught.value.detail) == (
        Reason.REFUSED,
        "DefaultCredentialsError",
    )
