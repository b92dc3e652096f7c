"""Kafka as a source: one unit a topic, no consumer group, nothing committed.

A message is a row: its key, its value and its headers. A topic with more messages than the budget
is read in runs at random offsets, because a broker sends messages in batches. Messages of one run
are alike, so no bound follows.
"""

import contextlib
import random
import socket
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from atrest.manners import Manners
from atrest.protection import Evidence, Protection, Shield
from atrest.readers.credentials import secret
from atrest.readers.kafka.batches import limit_the_driver
from atrest.readers.libraries import silence
from atrest.readers.throttle import Pace
from atrest.readers.tls import is_this_machine
from atrest.sample import weight_of
from atrest.source import Budget, Item, Method, ReadError, Reason, Rows, Sampled, Unlisted, Unread
from atrest.spec import Spec
from atrest.unit import Unit, UnitKind

silence("kafka")
limit_the_driver()

COLUMNS: Final = ("key", "value", "headers")
_BROKERS_OWN: Final = frozenset(
    ("__consumer_offsets", "__transaction_state", "__share_group_state", "__cluster_metadata")
)
_PORT: Final = 9092
_RUN: Final = 100
"""Messages of one run."""
_CONNECT_SECONDS: Final = 10.0
_IDLE_MS: Final = 10_000
_FETCH_BYTES: Final = 4 << 20
_REFUSED: Final = frozenset(("SaslAuthenticationFailed", "AuthenticationFailedError"))
_BROKEN: Final = "CorruptRecordError"
_UNPACKS: Final = "UnsupportedCodecError"
_DENIED: Final = frozenset(("TopicAuthorizationFailedError", "ClusterAuthorizationFailedError"))


@dataclass(frozen=True, slots=True, order=True)
class Run:
    """Messages that follow each other.

    Args:
        partition: its number.
        first: the offset of the first one.
        end: the offset behind the last one.
    """

    partition: int
    first: int
    end: int


def runs(ranges: Sequence[Run], rows: int, seed: int) -> tuple[list[Run], Method]:
    """Choose what to read of partitions.

    Args:
        ranges: what each partition holds.
        rows: about so many messages; 0: all.
        seed: of the choice.
    """
    total = sum(each.end - each.first for each in ranges)
    if not rows or total <= rows:
        return [each for each in ranges if each.end > each.first], Method.ALL
    chance = random.Random(seed)  # noqa: S311 - a sample, not a secret
    chosen: set[Run] = set()
    for _ in range(max(1, rows // _RUN)):
        at = chance.randrange(total)
        for each in ranges:
            size = each.end - each.first
            if at < size:
                first = each.first + at // _RUN * _RUN
                chosen.add(Run(each.partition, first, min(first + _RUN, each.end)))
                break
            at -= size
    return sorted(chosen), Method.BLOCKS


class Kafka:
    """The topics of a cluster, or one of them.

    Args:
        spec: which.
        settings: of the consumer: where the brokers are, and who asks.
        manners: how they may be used.
    """

    def __init__(self, spec: Spec, settings: Mapping[str, Any], manners: Manners) -> None:
        self.name = spec.name
        self._topic = spec.path.strip("/")
        self._settings = settings
        self._pace = Pace.of(manners)
        self._opened: KafkaConsumer | None = None

    def list(self) -> Iterator[Unit | Unlisted]:
        """Yield every topic. Those of the brokers themselves (`__consumer_offsets`) are left out.

        Raises:
            ReadError: no broker answers, or it refuses.
        """
        consumer = self._consumer()
        try:
            names = [self._topic] if self._topic else sorted(consumer.topics())
            for name in names:
                if name in _BROKERS_OWN and name != self._topic:
                    continue
                ranges = self._ranges(consumer, name)
                version = " ".join(f"{r.partition}:{r.first}-{r.end}" for r in ranges)
                count = sum(r.end - r.first for r in ranges)
                yield Unit(self.name, name, UnitKind.TOPIC, version, rows=count)
        except (KafkaError, OSError) as error:
            raise _read_error(error) from None

    def _ranges(self, consumer: KafkaConsumer, topic: str) -> Sequence[Run]:
        numbers = consumer.partitions_for_topic(topic)
        if not numbers:
            raise ReadError(Reason.GONE, "no such topic, or none that this user may describe")
        partitions = [TopicPartition(topic, number) for number in sorted(numbers)]
        begins = consumer.beginning_offsets(partitions)
        ends = consumer.end_offsets(partitions)
        return [Run(each.partition, begins[each], ends[each]) for each in partitions]

    def read(self, unit: Unit, budget: Budget) -> Iterator[Item]:
        """Yield messages. Raises ReadError."""
        consumer = self._consumer()
        try:
            chosen, method = runs(self._ranges(consumer, unit.name), budget.rows, budget.seed)
            for run in chosen:
                yield from self._read(consumer, unit.name, run)
            yield Sampled(method, budget.seed)
        except (KafkaError, OSError) as error:
            raise _read_error(error) from None

    def _read(self, consumer: KafkaConsumer, topic: str, run: Run) -> Iterator[Item]:
        """Yield the messages of a run. Offsets that hold none (of a compacted topic) are passed."""
        partition = TopicPartition(topic, run.partition)
        consumer.assign([partition])
        consumer.seek(partition, run.first)
        while consumer.position(partition) < run.end:
            found = consumer.poll(timeout_ms=_IDLE_MS, max_records=_RUN).get(partition, [])
            rows = [(m.key, m.value, _headers(m.headers)) for m in found if m.offset < run.end]
            if rows:
                self._pace.take(len(rows), sum(map(weight_of, rows)))
                yield Rows(COLUMNS, rows)
            if not found:
                yield Unread(Reason.OUT_OF_TIME)
                return

    def _consumer(self) -> KafkaConsumer:
        if self._opened is None:
            try:
                self._knock()
                self._opened = KafkaConsumer(**self._settings)
            except (KafkaError, OSError) as error:
                raise _read_error(error) from None
        return self._opened

    def _knock(self) -> None:
        """Raise OSError when nobody answers: the driver then leaves its sockets open."""
        host, _, port = self._settings["bootstrap_servers"].rpartition(":")
        with socket.create_connection((host, int(port)), _CONNECT_SECONDS):
            pass

    def protection(self, _: Unit) -> Protection:
        """Whether the connection is TLS. Brokers do not say how they store."""
        protocol = self._settings["security_protocol"]
        shield = Shield.UP if protocol.endswith("SSL") else Shield.DOWN
        return Protection((), (Evidence("security.protocol", protocol, shield),))

    def close(self) -> None:
        """End the connections."""
        if self._opened is not None:
            with contextlib.suppress(KafkaError, OSError):
                self._opened.close()
            self._opened = None


def _headers(headers: Sequence[tuple[str, bytes | None]]) -> dict[str, str] | None:
    return {name: (value or b"").decode("utf-8", "replace") for name, value in headers} or None


def _read_error(error: Exception) -> ReadError:
    """Return the error of a unit: the class's name, and never its text."""
    name = type(error).__name__
    if name == _UNPACKS:
        return ReadError(Reason.NO_READER, "pip install 'phiguard[rest-kafka]'")
    if name in _REFUSED:
        return ReadError(Reason.REFUSED, name)
    if name == _BROKEN:
        return ReadError(Reason.MALFORMED, name)
    return ReadError(Reason.NOT_PERMITTED if name in _DENIED else Reason.UNREACHABLE, name)


def open_source(spec: Spec, manners: Manners, environ: Mapping[str, str]) -> Kafka:
    """Open a cluster: `kafka://HOST:PORT/TOPIC`, or all of its topics.

    `tls=no` speaks without TLS; without it only this machine is spoken to so. `sasl=` names the
    mechanism for `KAFKA_USERNAME` and `KAFKA_PASSWORD`.
    """
    default = "no" if is_this_machine(spec.host) else "yes"
    is_tls = spec.option("tls", default) != "no"
    user = environ.get("KAFKA_USERNAME")
    settings: dict[str, Any] = {
        "bootstrap_servers": f"{spec.host}:{spec.port or _PORT}",
        "security_protocol": ("SASL_" if user else "") + ("SSL" if is_tls else "PLAINTEXT"),
        "enable_auto_commit": False,
        "group_id": None,
        "max_partition_fetch_bytes": _FETCH_BYTES,
    }
    if spec.option("ca"):
        settings["ssl_cafile"] = spec.option("ca")
    if user:
        settings["sasl_mechanism"] = spec.option("sasl", "SCRAM-SHA-512")
        settings["sasl_plain_username"] = user
        settings["sasl_plain_password"] = secret(environ, "KAFKA_PASSWORD")
    return Kafka(spec, settings, manners)
