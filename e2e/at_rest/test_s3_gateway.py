"""A real S3 gateway, which checks every signature, holds what a folder holds: the same is read.

`make versitygw` builds it.
"""

from collections.abc import Iterator
from pathlib import Path

import boto3
import buckets
import pytest
from buckets import BUDGET, everything, opened, without_type
from servers.processes import free_port, serving

from atrest.protection import Shield
from atrest.source import ReadError, Reason, Source
from atrest.unit import Unit, UnitKind

GATEWAY = buckets.TOOLS / "versitygw"
ACCESS, SECRET = "reader", "not-a-secret-of-anyone"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return buckets.hospital(tmp_path_factory.mktemp("hospital"))


@pytest.fixture(scope="module")
def endpoint(hospital: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if not GATEWAY.exists():
        pytest.skip("NOT RUN: no S3 gateway, so no store that checks signatures (make versitygw)")
    store, sidecar = tmp_path_factory.mktemp("store"), tmp_path_factory.mktemp("sidecar")
    port = free_port()
    keys = ["--access", ACCESS, "--secret", SECRET, "--port", f"127.0.0.1:{port}"]
    with serving([GATEWAY, *keys, "posix", "--sidecar", sidecar, store], "root", port):
        place = f"http://127.0.0.1:{port}"
        client = boto3.client(
            "s3",
            endpoint_url=place,
            region_name="us-east-1",
            aws_access_key_id=ACCESS,
            aws_secret_access_key=SECRET,
        )
        client.create_bucket(Bucket="hospital")
        for key, path in buckets.files(hospital).items():
            client.put_object(Bucket="hospital", Key=key, Body=path.read_bytes())
        yield place


@pytest.fixture
def bucket(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Source:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    return opened(f"s3://hospital?endpoint={endpoint}")


def test_a_bucket_and_a_folder_with_the_same_files_are_read_alike(bucket: Source, hospital: Path):
    found = everything(bucket)
    assert len(found) > 30
    assert {"lake/delta", "lake/iceberg", "large.csv"} <= set(found)
    # a gateway says a content type of its own where none was given
    for items in found.values():
        assert all(
            getattr(item, "content_type", "") in ("", "binary/octet-stream") for item in items
        )
    assert without_type(found) == without_type(everything(opened(str(hospital))))


def test_what_the_gateway_does_not_say_of_its_disk_is_unknown(bucket: Source):
    unit = next(unit for unit in bucket.list() if unit.name == "large.csv")
    assert bucket.protection(unit).stored is Shield.UNKNOWN
    assert bucket.protection(unit).carried is Shield.DOWN


def test_a_wrong_secret_is_refused(endpoint: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    with pytest.raises(ReadError) as caught:
        list(opened(f"s3://hospital?endpoint={endpoint}").list())
    assert caught.value.reason is Reason.REFUSED


def test_an_object_of_another_etag_is_not_read(bucket: Source):
    stale = Unit(bucket.name, "large.csv", UnitKind.OBJECT, '"stale"', 100)
    with pytest.raises(ReadError) as caught:
        list(bucket.read(stale, BUDGET))
    assert caught.value.reason is Reason.CHANGED
