"""Azure's reader on answers in Azure's form. `make at-rest` reads a store that checks signatures."""

import io
import logging

import pytest
from azure.core.settings import settings
from stub_server import serving

from atrest.manners import Manners
from atrest.protection import Evidence, Protection, Shield
from atrest.readers.registry import open_source
from atrest.source import Budget, Document, ReadError, Reason
from atrest.spec import parse
from atrest.unit import Unit, UnitKind

KEY = "bm90IGEgc2VjcmV0"
BODY = b"Patient: Ana Ruiz"
PAGE = (
    '<?xml version="1.0" encoding="utf-8"?><EnumerationResults ContainerName="c">'
    "<Blobs><Blob><Name>{}</Name><Properties><Content-Length>17</Content-Length>"
    "<Etag>0x8D</Etag><BlobType>BlockBlob</BlobType></Properties></Blob></Blobs>"
    "<NextMarker>{}</NextMarker></EnumerationResults>"
)


class Store:
    """Two pages of one blob each; what it says of a blob can be changed."""

    def __init__(self):
        self.seen = []
        self.said = {"x-ms-server-encrypted": "true"}
        self.refusal = None

    def __call__(self, path, headers):
        self.seen.append((path, headers))
        if self.refusal:
            status, code = self.refusal
            text = f"<Error><Code>{code}</Code><Message>ruiz_ana.txt</Message></Error>"
            return status, {"x-ms-error-code": code}, text.encode()
        if "comp=list" in path:
            page = PAGE.format("b", "") if "marker=" in path else PAGE.format("a", "more")
            return 200, {"Content-Type": "application/xml"}, page.encode()
        start, _, end = headers.get("x-ms-range", "bytes=0-16")[6:].partition("-")
        status = 206 if "x-ms-range" in headers else 200
        data = BODY[int(start) : int(end) + 1]
        further = {
            "Content-Type": "text/plain",
            "Content-Range": f"bytes {start}-{end}/{len(BODY)}",
            "ETag": '"0x8D"',
            "Last-Modified": "Mon, 30 Nov 2026 08:00:00 GMT",
            "x-ms-blob-type": "BlockBlob",
        }
        return status, further | self.said, data


@pytest.fixture
def store():
    answers = Store()
    with serving(answers) as address:
        answers.spec = f"az://clinic/?endpoint=http://{address}/reader"
        yield answers


def opened(spec, environ=None):
    return open_source(parse(spec), Manners(), {"AZURE_STORAGE_KEY": KEY} | (environ or {}))


def unit(name="a"):
    return Unit("az://clinic/", name, UnitKind.OBJECT, '"0x8D"', len(BODY))


def test_all_pages_are_listed_with_what_a_condition_needs(store):
    found = list(opened(store.spec).list())
    assert [(u.name, u.size, u.version) for u in found] == [
        ("a", 17, '"0x8D"'),
        ("b", 17, '"0x8D"'),
    ]


def test_a_blob_is_read_as_it_was_listed(store):
    assert list(opened(store.spec).read(unit(), Budget())) == [Document(BODY, "text/plain")]
    _, headers = store.seen[0]
    assert headers["if-match"] == '"0x8D"'
    assert headers["authorization"].startswith("SharedKey reader:")


@pytest.mark.parametrize(
    ("said", "answer", "shield"),
    [
        ({"x-ms-server-encrypted": "true"}, "x-ms-server-encrypted: true", Shield.UP),
        ({"x-ms-server-encrypted": "false"}, "x-ms-server-encrypted: false", Shield.UNKNOWN),
        ({}, "no x-ms-server-encrypted", Shield.UNKNOWN),
        (
            {"x-ms-server-encrypted": "true", "x-ms-encryption-scope": "ruiz"},
            "encryption scope",
            Shield.UP,
        ),
        ({"x-ms-encryption-key-sha256": "c2hh"}, "customer-provided key", Shield.UP),
    ],
)
def test_what_a_store_says_of_a_blob_is_evidence(store, said, answer, shield):
    store.said = said
    source = opened(store.spec)
    connection = (Evidence("scheme", "http", Shield.DOWN),)
    asked = Evidence("GetBlobProperties", answer, shield)
    assert source.protection(unit()) == Protection((asked,), connection)
    list(source.read(unit(), Budget()))
    assert source.protection(unit()).storage == (Evidence("GetBlob", answer, shield),)


def test_only_microsofts_own_store_says_that_nothing_is_encrypted(store, monkeypatch):
    monkeypatch.setattr("atrest.readers.objects.azure._is_microsofts", lambda _: True)
    store.said = {"x-ms-server-encrypted": "false"}
    assert opened(store.spec).protection(unit()).stored is Shield.DOWN


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://clinic.blob.core.windows.net", True),
        ("https://clinic.blob.core.usgovcloudapi.net", True),
        ("https://clinic.blob.core.windows.net.example", False),
    ],
)
def test_microsofts_own_store_is_known_by_its_host(address, expected):
    from atrest.readers.objects import azure  # noqa: PLC0415 - the registry imports it late

    assert azure._is_microsofts(address) is expected


def test_what_cannot_be_asked_is_unknown(store):
    store.refusal = (403, "AuthorizationPermissionMismatch")
    assert opened(store.spec).protection(unit()).stored is Shield.UNKNOWN


@pytest.mark.parametrize(
    ("refusal", "reason"),
    [
        ((409, "BlobArchived"), Reason.ARCHIVED),
        ((409, "BlobBeingRehydrated"), Reason.ARCHIVED),
        ((409, "BlobUsesCustomerSpecifiedEncryption"), Reason.ENCRYPTED),
        ((404, "BlobNotFound"), Reason.GONE),
        ((412, "ConditionNotMet"), Reason.CHANGED),
        ((403, "AuthorizationPermissionMismatch"), Reason.NOT_PERMITTED),
        ((403, "AuthenticationFailed"), Reason.REFUSED),
    ],
)
def test_a_refusal_is_a_reason_and_its_text_is_in_no_error_or_log(store, capfd, refusal, reason):
    store.refusal = refusal
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
    assert (caught.value.reason, caught.value.detail) == (reason, refusal[1])
    seen = said.getvalue() + "".join(capfd.readouterr()) + repr(caught.value)
    assert "ruiz" not in seen


def test_the_account_is_that_of_the_spec_or_of_the_environment():
    environ = {"AZURE_STORAGE_ACCOUNT": "fallback"}
    source = opened("az://c/p?account=clinic", environ)
    assert source.name == "az://c/p?account=clinic"
    assert source._bucket._client.url == "https://clinic.blob.core.windows.net/c"
    assert source._bucket.connection() == (Evidence("scheme", "https", Shield.UP),)
    another = opened("az://c/p", environ)
    assert another.name == "az://c/p"
    assert another._bucket._client.url == "https://fallback.blob.core.windows.net/c"


@pytest.mark.parametrize("account", ["", "clinic.example/", "a@b"])
def test_without_an_account_nothing_is_asked(account):
    with pytest.raises(ReadError) as caught:
        opened(f"az://c?account={account}")
    assert caught.value.reason is Reason.REFUSED


@pytest.mark.parametrize("environ", [{}, {"AZURE_STORAGE_SAS_TOKEN": "?sig=s"}])
def test_what_would_be_sent_is_not_sent_without_tls(store, environ):
    with pytest.raises(ReadError) as caught:
        open_source(parse(store.spec), Manners(), environ)
    assert caught.value.reason is Reason.REFUSED
    assert store.seen == []


def test_no_span_holds_a_name(store, monkeypatch):
    """AZURE_TRACING_ENABLED of an environment would make one for each request."""
    monkeypatch.setenv("AZURE_TRACING_ENABLED", "true")
    opened(store.spec)
    assert settings.tracing_enabled() is False


def test_a_public_container_is_read_without_a_credential(store):
    source = open_source(parse(f"{store.spec}&anonymous=yes"), Manners(), {})
    list(source.read(unit(), Budget()))
    assert "authorization" not in store.seen[0][1]
