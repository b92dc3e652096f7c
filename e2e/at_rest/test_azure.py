"""Azurite, which checks every signature, holds what a folder holds: the same is read.

`make azurite` fetches it.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import buckets
import pytest
from azure.core.credentials import AzureNamedKeyCredential
from azure.storage.blob import ContainerClient, StandardBlobTier
from buckets import BUDGET, everything, opened, unit_of, without_type
from servers.processes import folder, free_port, serving

from atrest.protection import Evidence, Shield
from atrest.source import Document, ReadError, Reason, Source

AZURITE = buckets.TOOLS / "azurite" / "node_modules" / ".bin" / "azurite-blob"
# Azurite's one account, which its documentation prints
ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
ODD_NAMES = ["a//b.txt", "dir/", "é ü%20.txt", "/lead", "q?x#y", "z%2Fz", "日本"]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return buckets.hospital(tmp_path_factory.mktemp("hospital"))


@pytest.fixture(scope="module")
def store() -> Iterator[str]:
    if not AZURITE.exists() or shutil.which("node") is None:
        pytest.skip("NOT RUN: no Azurite, so no store of Azure's protocol (make azurite)")
    port = free_port()
    place = ["--blobHost", "127.0.0.1", "--blobPort", f"{port}"]
    manner = ["--silent", "--disableTelemetry", "--skipApiVersionCheck"]
    with (
        folder("nobody") as data,
        serving([AZURITE, *place, *manner, "--location", data], "nobody", port),
    ):
        yield f"http://127.0.0.1:{port}/{ACCOUNT}"


def container(store: str, name: str) -> ContainerClient:
    return ContainerClient(store, name, credential=AzureNamedKeyCredential(ACCOUNT, KEY))


@pytest.fixture(scope="module")
def filled(store: str, hospital: Path) -> str:
    with container(store, "hospital") as client:
        client.create_container()
        for key, path in buckets.files(hospital).items():
            client.upload_blob(key, path.read_bytes())
    return f"az://hospital?endpoint={store}"


@pytest.fixture(scope="module")
def odd(store: str) -> str:
    with container(store, "odd") as client:
        client.create_container()
        for name in ODD_NAMES:
            client.upload_blob(name, f"in {name}".encode())
        client.upload_blob("empty", b"")
        client.upload_blob("old", b"x")
        client.get_blob_client("old").set_standard_blob_tier(StandardBlobTier.ARCHIVE)
    return f"az://odd?endpoint={store}"


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_STORAGE_KEY", KEY)


def refusal(source: Source, name: str) -> tuple[Reason, str]:
    unit = unit_of(source, name)
    with pytest.raises(ReadError) as caught:
        list(source.read(unit, BUDGET))
    return caught.value.reason, caught.value.detail


def test_a_container_and_a_folder_with_the_same_files_are_read_alike(filled: str, hospital: Path):
    found = everything(opened(filled))
    assert len(found) > 30
    assert {"lake/delta", "lake/iceberg", "large.csv"} <= set(found)
    assert without_type(found) == without_type(everything(opened(str(hospital))))


def test_a_prefix_chooses(filled: str):
    names = [unit.name for unit in opened(filled.replace("?", "/ward1/?")).list()]
    assert names == sorted(names)
    assert len(names) == 4
    assert all(name.startswith("ward1/") for name in names)


def test_a_name_of_any_form_is_listed_and_read(odd: str):
    source = opened(odd)
    for name in ODD_NAMES:
        (document,) = source.read(unit_of(source, name), BUDGET)
        assert isinstance(document, Document)
        assert document.data == f"in {name}".encode()
    assert list(source.read(unit_of(source, "empty"), BUDGET)) == [Document(b"")]


def test_a_blob_in_the_archive_is_named_and_stays_there(odd: str, store: str):
    assert refusal(opened(odd), "old") == (Reason.ARCHIVED, "BlobArchived")
    with container(store, "odd") as client:
        found = client.get_blob_client("old").get_blob_properties()
    assert (found.blob_tier, found.archive_status) == ("Archive", None)


def test_a_blob_that_changed_after_the_listing_is_named(store: str):
    with container(store, "moving") as client:
        client.create_container()
        client.upload_blob("k", b"before")
        source = opened(f"az://moving?endpoint={store}")
        unit = unit_of(source, "k")
        client.upload_blob("k", b"after!", overwrite=True)
        with pytest.raises(ReadError) as changed:
            list(source.read(unit, BUDGET))
        client.delete_container()
        with pytest.raises(ReadError) as gone:
            list(source.read(unit, BUDGET))
    assert (changed.value.reason, changed.value.detail) == (Reason.CHANGED, "ConditionNotMet")
    assert (gone.value.reason, gone.value.detail) == (Reason.GONE, "ContainerNotFound")


def test_what_the_store_says_of_its_encryption_is_evidence(filled: str):
    source = opened(filled)
    unit = unit_of(source, "large.csv")
    said = "x-ms-server-encrypted: true"
    assert source.protection(unit).storage == (Evidence("GetBlobProperties", said, Shield.UP),)
    list(source.read(unit, BUDGET))
    assert source.protection(unit).storage == (Evidence("GetBlob", said, Shield.UP),)
    assert source.protection(unit).carried is Shield.DOWN


def test_a_container_that_is_not_there_is_gone(store: str):
    with pytest.raises(ReadError) as caught:
        list(opened(f"az://no-such-container?endpoint={store}").list())
    assert (caught.value.reason, caught.value.detail) == (Reason.GONE, "ContainerNotFound")


def test_a_wrong_key_is_refused(filled: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AZURE_STORAGE_KEY", "bm90IHRoZSBrZXk=")
    with pytest.raises(ReadError) as caught:
        list(opened(filled).list())
    assert caught.value.reason in (Reason.REFUSED, Reason.NOT_PERMITTED)
