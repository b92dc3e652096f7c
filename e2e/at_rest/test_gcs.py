"""A server of Google's storage API holds what a folder holds: the same is read.

`make fake-gcs` builds it. It checks no credentials.
"""

import gzip
from collections.abc import Iterator
from pathlib import Path

import buckets
import pytest
from buckets import BUDGET, everything, opened, unit_of, without_type
from google.auth.credentials import AnonymousCredentials
from google.cloud.storage import Bucket, Client
from servers.processes import free_port, serving

from atrest.protection import Evidence, Shield
from atrest.source import Document, ReadError, Reason

SERVER = buckets.TOOLS / "fake-gcs-server"
ODD_NAMES = ["./dot", "a//b.txt", "x/../y", "dir/", "é ü%20.txt", "/lead", "q?x#y", "z%2Fz", "日本"]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return buckets.hospital(tmp_path_factory.mktemp("hospital"))


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    if not SERVER.exists():
        pytest.skip("NOT RUN: no server of Google's storage API (make fake-gcs)")
    port = free_port()
    place = ["-host", "127.0.0.1", "-port", f"{port}", "-public-host", f"127.0.0.1:{port}"]
    with serving([SERVER, "-backend", "memory", "-scheme", "http", *place], "nobody", port):
        yield f"http://127.0.0.1:{port}"


def made(endpoint: str, name: str) -> Bucket:
    options = {"api_endpoint": endpoint}
    client = Client(project="p", credentials=AnonymousCredentials(), client_options=options)
    return client.create_bucket(name)


def spec_of(endpoint: str, bucket: str) -> str:
    return f"gs://{bucket}?endpoint={endpoint}&anonymous=yes"


@pytest.fixture(scope="module")
def filled(endpoint: str, hospital: Path) -> str:
    bucket = made(endpoint, "hospital")
    for key, path in buckets.files(hospital).items():
        bucket.blob(key).upload_from_filename(str(path))
    return spec_of(endpoint, "hospital")


def test_a_bucket_and_a_folder_with_the_same_files_are_read_alike(filled: str, hospital: Path):
    found = everything(opened(filled))
    assert len(found) > 30
    assert {"lake/delta", "lake/iceberg", "large.csv"} <= set(found)
    assert without_type(found) == without_type(everything(opened(str(hospital))))


def test_a_prefix_chooses(filled: str):
    names = [unit.name for unit in opened(filled.replace("?", "/ward1/?")).list()]
    assert names == sorted(names)
    assert len(names) == 4
    assert all(name.startswith("ward1/") for name in names)


def test_a_name_of_any_form_is_listed_and_read(endpoint: str):
    bucket = made(endpoint, "odd")
    for name in ODD_NAMES:
        bucket.blob(name).upload_from_string(f"in {name}".encode())
    source = opened(spec_of(endpoint, "odd"))
    for name in ODD_NAMES:
        (document,) = source.read(unit_of(source, name), BUDGET)
        assert isinstance(document, Document)
        assert document.data == f"in {name}".encode()


def test_a_packed_object_is_read_as_it_lies(endpoint: str):
    """The store would unpack it, and then no range and no size would be right."""
    blob = made(endpoint, "packed").blob("p")
    blob.content_encoding = "gzip"
    blob.upload_from_string(gzip.compress(b"Patient: Ana Ruiz"), content_type="text/plain")
    source = opened(spec_of(endpoint, "packed"))
    (document,) = source.read(unit_of(source, "p"), BUDGET)
    assert isinstance(document, Document)
    assert document.data == b"Patient: Ana Ruiz"
    assert document.content_type == "text/plain"


def test_an_object_that_changed_or_went_after_the_listing_is_named(endpoint: str):
    bucket = made(endpoint, "moving")
    bucket.blob("k").upload_from_string(b"before")
    unit = unit_of(opened(spec_of(endpoint, "moving")), "k")
    bucket.blob("k").upload_from_string(b"after!")
    with pytest.raises(ReadError) as changed:
        list(opened(spec_of(endpoint, "moving")).read(unit, BUDGET))
    bucket.blob("k").delete()
    with pytest.raises(ReadError) as gone:
        list(opened(spec_of(endpoint, "moving")).read(unit, BUDGET))
    assert (changed.value.reason, gone.value.reason) == (Reason.CHANGED, Reason.GONE)


def test_what_a_store_of_another_does_not_say_is_unknown(filled: str):
    source = opened(filled)
    found = source.protection(unit_of(source, "large.csv"))
    assert found.storage == (Evidence("objects.get", "no kmsKeyName", Shield.UNKNOWN),)
    assert found.carried is Shield.DOWN


def test_a_bucket_that_is_not_there_is_gone(endpoint: str):
    with pytest.raises(ReadError) as caught:
        list(opened(spec_of(endpoint, "no-such-bucket")).list())
    assert caught.value.reason is Reason.GONE
