import gzip
import io
import logging
import uuid
from typing import Any

import boto3
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from atrest.manners import Manners
from atrest.protection import Evidence, Protection, Shield
from atrest.readers.objects import s3
from atrest.readers.objects.s3 import evidence_of
from atrest.readers.registry import open_source
from atrest.source import Budget, Document, ReadError, Reason, Rows, Sampled, Source
from atrest.spec import parse
from atrest.unit import Unit, UnitKind

ODD_KEYS = ["./dot", "a//b.txt", "x/../y", "dir/", "é ü%20.txt", "/lead", "q?x#y", "z%2Fz", "日本"]


@pytest.fixture
def bucket(client: Any) -> str:
    name = f"clinic-{uuid.uuid4().hex[:12]}"
    client.create_bucket(Bucket=name)
    return name


@pytest.fixture
def source(bucket: str, endpoint: str) -> Source:
    return opened(f"s3://{bucket}?endpoint={endpoint}")


def opened(spec: str) -> Source:
    return open_source(parse(spec), Manners(), {})


def units(source: Source) -> dict[str, Unit]:
    return {unit.name: unit for unit in source.list() if isinstance(unit, Unit)}


def read(source: Source, name: str) -> list[object]:
    return list(source.read(units(source)[name], Budget(rows=0)))


def reason_of(source: Source, unit: Unit) -> ReadError:
    with pytest.raises(ReadError) as caught:
        list(source.read(unit, Budget()))
    return caught.value


def test_objects_are_listed_in_order_with_size_and_etag(source: Source, bucket: str, client: Any):
    for key in ("b.txt", "a/2", "a/1", "a-"):
        client.put_object(Bucket=bucket, Key=key, Body=b"five!")
    found = list(source.list())
    assert [unit.name for unit in found] == ["a-", "a/1", "a/2", "b.txt"]
    first = found[0]
    assert isinstance(first, Unit)
    assert (first.kind, first.size) == (UnitKind.OBJECT, 5)
    assert first.version == client.head_object(Bucket=bucket, Key="a-")["ETag"]


def test_only_keys_that_begin_with_the_prefix_are_listed(bucket: str, client: Any, endpoint: str):
    for key in ("exports/1", "exports/2", "other/1"):
        client.put_object(Bucket=bucket, Key=key, Body=b"x")
    source = opened(f"s3://{bucket}/exports/?endpoint={endpoint}")
    assert [unit.name for unit in source.list()] == ["exports/1", "exports/2"]
    assert source.name == f"s3://{bucket}/exports/?endpoint={endpoint}"


def test_a_key_of_any_form_is_listed_and_read(source: Source, bucket: str, client: Any):
    """obstore, which was tried first, ends the listing at `./dot`."""
    for key in ODD_KEYS:
        client.put_object(Bucket=bucket, Key=key, Body=f"in {key}".encode())
    assert set(units(source)) == set(ODD_KEYS)
    for key in ODD_KEYS:
        (document,) = read(source, key)
        assert isinstance(document, Document)
        assert document.data == f"in {key}".encode()


def test_more_objects_than_a_page_has_are_listed(source: Source, bucket: str, client: Any):
    for number in range(35):
        client.put_object(Bucket=bucket, Key=f"{number:02d}", Body=b"x")
    assert client.list_objects_v2(Bucket=bucket)["IsTruncated"]
    assert [unit.name for unit in source.list()] == [f"{number:02d}" for number in range(35)]


def test_the_stores_word_on_the_content_is_passed_on(source: Source, bucket: str, client: Any):
    data = gzip.compress(b'{"resourceType": "Patient"}')
    client.put_object(
        Bucket=bucket, Key="p", Body=data, ContentType="application/json", ContentEncoding="gzip"
    )
    (document,) = read(source, "p")
    assert isinstance(document, Document)
    assert document.content_type == "application/json"
    assert document.content_encoding == "gzip"


def test_an_empty_object_is_an_empty_document(source: Source, bucket: str, client: Any):
    client.put_object(Bucket=bucket, Key="empty", Body=b"")
    assert read(source, "empty") == [Document(b"")]


def test_a_table_file_is_read_where_it_lies(source: Source, bucket: str, client: Any):
    file = io.BytesIO()
    pq.write_table(pa.table({"n": range(5000)}), file, row_group_size=500)
    client.put_object(Bucket=bucket, Key="t.parquet", Body=file.getvalue())
    found = read(source, "t.parquet")
    numbers = [n for item in found if isinstance(item, Rows) for (n,) in item.rows]
    assert numbers == list(range(5000))
    assert isinstance(found[-1], Sampled)


def test_a_large_csv_is_streamed_in_ranges(source: Source, bucket: str, client: Any):
    text = "mrn,name\n" + "".join(f"{n:08d},{'x' * 200}\n" for n in range(20_000))
    client.put_object(Bucket=bucket, Key="t.csv", Body=text.encode())
    found = read(source, "t.csv")
    assert sum(len(item.rows) for item in found if isinstance(item, Rows)) == 20_000


def test_an_object_that_changed_after_the_listing_is_named(
    source: Source, bucket: str, client: Any
):
    client.put_object(Bucket=bucket, Key="k", Body=b"before")
    unit = units(source)["k"]
    client.put_object(Bucket=bucket, Key="k", Body=b"after!")
    assert reason_of(source, unit).reason is Reason.CHANGED


def test_an_object_that_is_gone_is_named(source: Source, bucket: str, client: Any):
    client.put_object(Bucket=bucket, Key="k", Body=b"before")
    unit = units(source)["k"]
    client.delete_object(Bucket=bucket, Key="k")
    assert reason_of(source, unit).reason is Reason.GONE


@pytest.mark.parametrize("storage", ["GLACIER", "DEEP_ARCHIVE"])
def test_an_object_in_an_archive_is_named_and_not_restored(
    source: Source, bucket: str, client: Any, storage: str
):
    client.put_object(Bucket=bucket, Key="old", Body=b"x", StorageClass=storage)
    assert reason_of(source, units(source)["old"]).reason is Reason.ARCHIVED
    assert "Restore" not in client.head_object(Bucket=bucket, Key="old")


def test_no_key_and_no_content_comes_into_a_log(
    source: Source, bucket: str, client: Any, capfd: pytest.CaptureFixture[str]
):
    said = io.StringIO()
    handler = logging.StreamHandler(said)
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        client.put_object(Bucket=bucket, Key="ruiz_ana.txt", Body=b"Patient: Ana Ruiz")
        unit = units(source)["ruiz_ana.txt"]
        assert list(source.read(unit, Budget()))
        client.delete_object(Bucket=bucket, Key="ruiz_ana.txt")
        error = reason_of(source, unit)
    finally:
        root.removeHandler(handler)
        root.setLevel(before)
    seen = said.getvalue() + "".join(capfd.readouterr()) + str(error) + repr(error)
    assert "ruiz" not in seen.lower()


def test_a_bucket_that_is_not_there_is_gone(endpoint: str):
    with pytest.raises(ReadError) as caught:
        list(opened(f"s3://no-such-bucket?endpoint={endpoint}").list())
    assert (caught.value.reason, caught.value.detail) == (Reason.GONE, "NoSuchBucket")


def test_a_store_that_does_not_answer_is_unreachable():
    with pytest.raises(ReadError) as caught:
        list(opened("s3://clinic?endpoint=http://127.0.0.1:9").list())
    assert caught.value.reason is Reason.UNREACHABLE


def test_a_denied_object_is_named_and_its_text_is_not_kept(refusing: str):
    source = opened(f"s3://generous?endpoint={refusing}")
    found = reason_of(source, Unit(source.name, "k", UnitKind.OBJECT, '"e"', 5))
    assert (found.reason, found.detail) == (Reason.NOT_PERMITTED, "AccessDenied")


def test_a_bucket_that_its_reader_would_pay_for_is_named_and_not_paid_for(refusing: str):
    with pytest.raises(ReadError) as caught:
        list(opened(f"s3://paid?endpoint={refusing}").list())
    assert caught.value.reason is Reason.REQUESTER_PAYS


def test_the_stores_word_on_encryption_is_evidence(source: Source, bucket: str, client: Any):
    client.put_object(Bucket=bucket, Key="kms", Body=b"x", ServerSideEncryption="aws:kms")
    unit = units(source)["kms"]
    plain = (Evidence("scheme", "http", Shield.DOWN),)
    expected = Protection((Evidence("HeadObject", "aws:kms", Shield.UP),), plain)
    assert source.protection(unit) == expected
    list(source.read(unit, Budget()))
    assert source.protection(unit).storage == (Evidence("GetObject", "aws:kms", Shield.UP),)


def test_what_cannot_be_asked_is_unknown(source: Source, bucket: str):
    gone = Unit(source.name, "gone", UnitKind.OBJECT)
    assert source.protection(gone).stored is Shield.UNKNOWN


def test_no_word_on_encryption_means_none_only_in_amazons_own_store():
    assert evidence_of({}, "HeadObject", is_aws=True).shield is Shield.DOWN
    assert evidence_of({}, "HeadObject", is_aws=False).shield is Shield.UNKNOWN
    own = {"SSECustomerAlgorithm": "AES256"}
    assert evidence_of(own, "GetObject", is_aws=True).answer == "SSE-C"
    odd = {"ServerSideEncryption": "ruiz"}
    assert evidence_of(odd, "GetObject", is_aws=False).answer == "another"


def test_one_session_serves_all_units_until_the_credentials_change(
    monkeypatch: pytest.MonkeyPatch,
):
    made: list[object] = []
    whole = boto3.Session

    def counting() -> object:
        made.append(whole())
        return made[-1]

    monkeypatch.setattr(boto3, "Session", counting)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "another")
    for _ in range(3):
        opened("s3://clinic").close()
    assert len(made) == 1
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a-third")
    opened("s3://clinic").close()
    assert len(made) == 2


def test_amazons_own_store_is_reached_by_tls():
    source = opened("s3://clinic?region=eu-west-1")
    found = source.protection(Unit(source.name, "", UnitKind.OBJECT))
    assert found.carried is Shield.UP
    source.close()


@pytest.mark.parametrize(
    ("address", "is_amazons"),
    [
        ("https://s3.eu-west-1.amazonaws.com", True),
        ("https://s3.cn-north-1.amazonaws.com.cn", True),
        ("https://minio.clinic:9000", False),
        ("https://amazonaws.com.evil.example", False),
    ],
)
def test_only_amazons_own_store_says_by_its_silence_that_nothing_is_encrypted(
    address: str, is_amazons: bool
):
    assert s3._is_aws(address) is is_amazons
