"""Kafka: which runs of messages are read, and a real broker's topics."""

import json
import time

import kafka_server
import pytest
from kafka import KafkaProducer
from kafka.admin import KafkaAdminClient, NewTopic
from kafka.errors import (
    CorruptRecordError,
    TopicAuthorizationFailedError,
    UnsupportedCodecError,
)

from atrest.examine import examine
from atrest.manners import Manners
from atrest.protection import Shield
from atrest.readers.kafka import batches
from atrest.readers.kafka.source import Run, _read_error, open_source, runs
from atrest.source import Budget, Method, ReadError, Reason, Rows, Sampled
from atrest.spec import parse
from phiscan.finding import Verdict

RANGES = [Run(0, 50, 1_050), Run(1, 0, 0), Run(2, 7, 5_007)]


def test_few_messages_are_all_read():
    assert runs(RANGES, 6_000, 1) == ([RANGES[0], RANGES[2]], Method.ALL)
    assert runs(RANGES, 0, 1) == ([RANGES[0], RANGES[2]], Method.ALL)


def test_many_messages_are_read_in_runs_and_the_seed_chooses_them():
    chosen, method = runs(RANGES, 600, 1)
    assert method is Method.BLOCKS
    assert not method.is_uniform
    assert chosen == runs(RANGES, 600, 1)[0] != runs(RANGES, 600, 2)[0]
    assert 1 <= len(chosen) <= 6
    for run in chosen:
        inside = next(r for r in RANGES if r.partition == run.partition)
        assert inside.first <= run.first < run.end <= inside.end
        assert run.end - run.first <= 100


def test_every_message_can_be_chosen():
    seen = set()
    for seed in range(400):
        for run in runs([Run(0, 5, 1_010)], 300, seed)[0]:
            seen.update(range(run.first, run.end))
    assert seen == set(range(5, 1_010))


@pytest.mark.parametrize(
    ("spec", "environ", "protocol"),
    [
        ("kafka://127.0.0.1/t", {}, "PLAINTEXT"),
        ("kafka://kafka.clinic/t", {}, "SSL"),
        ("kafka://kafka.clinic/t?tls=no", {}, "PLAINTEXT"),
        ("kafka://k.clinic", {"KAFKA_USERNAME": "u", "KAFKA_PASSWORD": "p"}, "SASL_SSL"),
    ],
)
def test_a_network_is_spoken_to_over_tls(spec, environ, protocol):
    source = open_source(parse(spec), Manners(), environ)
    assert source._settings["security_protocol"] == protocol
    assert source._settings["enable_auto_commit"] is False
    assert source._settings["group_id"] is None


def test_no_broker_is_an_error_of_one_word():
    source = open_source(parse("kafka://127.0.0.1:9/t"), Manners(), {})
    with pytest.raises(ReadError) as error:
        list(source.list())
    assert error.value.reason is Reason.UNREACHABLE
    assert "127.0.0.1" not in str(error.value)


@pytest.fixture(scope="module")
def broker():
    if not kafka_server.IS_THERE:
        pytest.skip(kafka_server.MISSING)
    with kafka_server.broker() as address:
        admin = KafkaAdminClient(bootstrap_servers=address)
        topics = NewTopic("visits", 2, 1), NewTopic("empty", 1, 1), NewTopic("__audit", 1, 1)
        admin.create_topics(list(topics))
        admin.close()
        producer = KafkaProducer(bootstrap_servers=address)
        for number in range(1_500):
            visit = {"patientName": "Ana Ruiz", "mrn": 7_000_000 + number, "dx": "E11.9"}
            producer.send("visits", json.dumps(visit).encode(), key=b"%d" % number)
        producer.flush()
        producer.close()
        yield address


def opened(broker, topic=""):
    return open_source(parse(f"kafka://{broker}/{topic}"), Manners(), {})


def test_topics_are_units_and_their_messages_are_rows(broker, detection):
    source = opened(broker)
    units = {unit.name: unit for unit in source.list()}
    assert {"__audit", "empty", "visits"} <= units.keys()
    assert units["visits"].rows == 1_500
    items = list(source.read(units["visits"], Budget(rows=0)))
    assert sum(len(item.rows) for item in items if isinstance(item, Rows)) == 1_500
    assert items[-1] == Sampled(Method.ALL)
    few = list(source.read(units["visits"], Budget(rows=200)))
    assert few[-1] == Sampled(Method.BLOCKS)
    profile, error = examine(few, detection, Budget(rows=200), lambda rows, size: None)
    assert error is None
    assert profile.verdict is Verdict.PHI
    assert {hit.field for hit in profile.columns["value"].hits} >= {"patientName", "mrn"}
    assert list(source.read(units["empty"], Budget())) == [Sampled(Method.ALL)]
    assert source.protection(units["visits"]).carried is Shield.DOWN
    source.close()


def test_a_version_changes_with_a_message_and_not_with_reading(broker):
    source = opened(broker, "visits")
    (before,) = source.list()
    list(source.read(before, Budget(rows=0)))
    assert list(source.list()) == [before]
    producer = KafkaProducer(bootstrap_servers=broker)
    producer.send("visits", b"{}").get(timeout=30)
    producer.close()
    deadline = time.monotonic() + 30
    while list(source.list()) == [before]:
        assert time.monotonic() < deadline
    source.close()


def test_a_topic_that_is_not_there_is_gone(broker):
    source = opened(broker, "none")
    with pytest.raises(ReadError) as error:
        list(source.list())
    assert error.value.reason is Reason.GONE
    source.close()


@pytest.mark.parametrize("codec", ["gzip", "lz4", "snappy", "zstd"])
def test_messages_are_unpacked_whatever_packed_them(broker, codec):
    admin = KafkaAdminClient(bootstrap_servers=broker)
    # the broker packs them: another writer of the format than the driver
    packed = NewTopic(f"packed-{codec}", 1, 1, topic_configs={"compression.type": codec})
    admin.create_topics([packed])
    admin.close()
    producer = KafkaProducer(bootstrap_servers=broker)
    for _ in range(20):
        producer.send(packed.name, b"Patient: Ana Ruiz" * 10)
    producer.flush()
    producer.close()
    source = opened(broker, packed.name)
    (unit,) = source.list()
    items = list(source.read(unit, Budget(rows=0)))
    source.close()
    rows = [row for item in items if isinstance(item, Rows) for row in item.rows]
    assert {row[1] for row in rows} == {b"Patient: Ana Ruiz" * 10}
    assert len(rows) == 20


@pytest.mark.parametrize(
    ("error", "reason", "detail"),
    [
        (CorruptRecordError("Ruiz"), Reason.MALFORMED, "CorruptRecordError"),
        (UnsupportedCodecError("Ruiz"), Reason.NO_READER, "pip install 'phiguard[rest-kafka]'"),
        (
            TopicAuthorizationFailedError("Ruiz"),
            Reason.NOT_PERMITTED,
            "TopicAuthorizationFailedError",
        ),
        (ConnectionResetError("Ruiz"), Reason.UNREACHABLE, "ConnectionResetError"),
    ],
)
def test_each_error_has_a_reason_and_none_of_its_words(error, reason, detail):
    found = _read_error(error)
    assert (found.reason, found.detail) == (reason, detail)


def test_a_batch_that_unpacks_to_too_much_is_named(broker, monkeypatch):
    monkeypatch.setattr(batches, "_MOST", 1 << 20)
    producer = KafkaProducer(
        bootstrap_servers=broker, compression_type="zstd", max_request_size=4 << 20
    )
    producer.send("bomb", bytes(2 << 20)).get(30)
    producer.close()
    source = opened(broker, "bomb")
    (unit,) = source.list()
    with pytest.raises(ReadError) as caught:
        list(source.read(unit, Budget(rows=0)))
    source.close()
    assert (caught.value.reason, caught.value.detail) == (
        Reason.OVER_LIMIT,
        "a batch of more than 64 MiB",
    )
