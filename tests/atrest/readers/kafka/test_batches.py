"""Batches of Kafka, packed by its driver and unpacked within a limit."""

import pytest
from kafka.record.default_records import DefaultRecordBatch, DefaultRecordBatchBuilder

from atrest.readers.kafka import batches
from atrest.source import ReadError, Reason

CODECS = {
    "gzip": DefaultRecordBatch.CODEC_GZIP,
    "lz4": DefaultRecordBatch.CODEC_LZ4,
    "snappy": DefaultRecordBatch.CODEC_SNAPPY,
    "zstd": DefaultRecordBatch.CODEC_ZSTD,
}
LIMITED = sorted(CODECS.keys() - {"snappy"})


@pytest.fixture(autouse=True)
def limited(monkeypatch):
    batches.limit_the_driver()
    monkeypatch.setattr(batches, "_MOST", 1 << 20)


def packed(codec, *values):
    """A batch as a producer sends it."""
    builder = DefaultRecordBatchBuilder(
        magic=2, compression_type=CODECS[codec], is_transactional=False,
        producer_id=-1, producer_epoch=-1, base_sequence=-1, batch_size=16 << 20,
    )  # fmt: skip
    for number, value in enumerate(values):
        assert builder.append(number, timestamp=0, key=b"k", value=value, headers=[]) is not None
    return bytes(builder.build())


def values_of(batch):
    return [record.value for record in DefaultRecordBatch(batch)]


@pytest.mark.parametrize("codec", CODECS)
def test_a_batch_is_unpacked_whatever_packed_it(codec):
    values = [b"Ana Ruiz" * 100, b"", bytes(900_000)]
    assert values_of(packed(codec, *values)) == values


@pytest.mark.parametrize("codec", LIMITED)
def test_a_batch_that_holds_too_much_is_not_unpacked(codec):
    with pytest.raises(ReadError) as caught:
        values_of(packed(codec, bytes(8 << 20)))
    assert caught.value.reason is Reason.OVER_LIMIT


@pytest.mark.parametrize("codec", LIMITED)
def test_a_torn_batch_is_malformed(codec):
    batch = packed(codec, b"Ana Ruiz, born on the 14th of March" * 9)
    for torn in (batch[:-9], batch[:61] + bytes(len(batch) - 61)):
        with pytest.raises(ReadError) as caught:
            values_of(torn)
        assert caught.value.reason is Reason.MALFORMED
