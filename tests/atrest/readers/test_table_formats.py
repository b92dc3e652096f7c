"""Which files are read as tables, and what is said where the library is missing."""

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import feather, orc

from atrest.readers import content, extras
from atrest.readers.content import Opened
from atrest.source import Budget, Document, ReadError, Reason, Rows

TABLE = pa.table({"mrn": ["1"]})


def parquet_bytes() -> bytes:
    file = io.BytesIO()
    pq.write_table(TABLE, file)
    return file.getvalue()


def orc_bytes() -> bytes:
    file = io.BytesIO()
    orc.write_table(TABLE, file)
    return file.getvalue()


def feather_bytes() -> bytes:
    file = io.BytesIO()
    feather.write_feather(TABLE, file)
    return file.getvalue()


def items(data: bytes) -> list[object]:
    return list(content.items(Opened(io.BytesIO(data), len(data)), Budget()))


@pytest.mark.parametrize("data", [parquet_bytes(), orc_bytes(), feather_bytes()])
def test_a_table_file_is_recognised_by_its_first_bytes(data: bytes):
    assert items(data)[0] == Rows(("mrn",), [("1",)])


@pytest.mark.parametrize("text", [b"ORCHARD CLINIC\nnote", b"PAR1 of four\r\n", b"FEA1\tx"])
def test_a_text_that_begins_like_a_table_file_is_a_document(text: bytes):
    assert items(text) == [Document(text)]


def test_a_torn_table_file_is_still_one():
    with pytest.raises(ReadError) as caught:
        items(orc_bytes()[:60])
    assert caught.value.reason is Reason.MALFORMED


def test_a_missing_library_is_named_with_the_extra_that_installs_it(monkeypatch):
    def missing(_: str) -> object:
        raise ModuleNotFoundError

    monkeypatch.setattr(extras, "import_module", missing)
    with pytest.raises(ReadError) as caught:
        items(parquet_bytes())
    assert caught.value.reason is Reason.NO_READER
    assert caught.value.detail == "pip install 'phiguard[rest-lake]'"
