"""Streams of gRPC on real Envoy, message by message."""

import queue
from collections.abc import Callable, Iterator
from concurrent import futures
from contextlib import contextmanager
from pathlib import Path

import grpc
import pytest

from e2e.streams.laboratory import CLEAN, DIRTY, SSN, streaming_lab
from extauthz.demo.client import new_traceparent
from extauthz.demo.gates import Gates
from extauthz.demo.lab import Lab, Sidecar
from extauthz.demo.otlp_sink import Span
from extauthz.demo.topology import BILLING, EHR, LOOPBACK


def _echo(each: Iterator[bytes], seen: list[bytes]) -> Iterator[bytes]:
    for message in each:
        seen.append(message)
        yield b'{"got": "%d"}' % len(message)


@contextmanager
def grpc_backend(port: int) -> Iterator[list[bytes]]:
    """A server with the three kinds of streams. Yields what it has received."""
    seen: list[bytes] = []

    def collect(each: Iterator[bytes], _: object) -> bytes:
        seen.extend(each)
        return b'{"count": "%d"}' % len(seen)

    def produce(message: bytes, _: object) -> Iterator[bytes]:
        seen.append(message)
        for number in range(5):
            yield b'{"n": "%d"}' % number
        yield DIRTY if b"dirty" in message else CLEAN
        yield CLEAN

    def fail(message: bytes, context: grpc.ServicerContext) -> Iterator[bytes]:
        if b"later" in message:
            yield CLEAN
        text = f"no patient with SSN {SSN.decode()}" if b"dirty" in message else "no such table"
        context.abort(grpc.StatusCode.NOT_FOUND, text)

    handlers = {
        "Fail": grpc.unary_stream_rpc_method_handler(fail),
        "Collect": grpc.stream_unary_rpc_method_handler(collect),
        "Produce": grpc.unary_stream_rpc_method_handler(produce),
        "Talk": grpc.stream_stream_rpc_method_handler(lambda each, _: _echo(each, seen)),
        "Ask": grpc.unary_unary_rpc_method_handler(lambda m, _: seen.append(m) or CLEAN),
    }
    server = grpc.server(futures.ThreadPoolExecutor(8))
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("Stock", handlers),))
    server.add_insecure_port(f"{LOOPBACK}:{port}")
    server.start()
    try:
        yield seen
    finally:
        server.stop(0)


@pytest.fixture
def seen(lab: Lab) -> Iterator[list[bytes]]:
    with grpc_backend(lab.mesh.ports[BILLING].app) as received:
        yield received


@pytest.fixture
def channel(lab: Lab) -> Iterator[grpc.Channel]:
    options = [("grpc.default_authority", BILLING.host)]
    with grpc.insecure_channel(f"{LOOPBACK}:{lab.mesh.ports[EHR].outbound}", options) as opened:
        yield opened


def test_a_unary_call_passes_and_a_denied_one_says_why(
    channel: grpc.Channel, seen: list[bytes]
) -> None:
    ask = channel.unary_unary("/Stock/Ask")
    assert ask(CLEAN, timeout=15) == CLEAN
    with pytest.raises(grpc.RpcError) as denied:
        ask(DIRTY, timeout=15)

    assert denied.value.code() is grpc.StatusCode.PERMISSION_DENIED
    assert seen == [CLEAN]


def test_a_client_stream_passes_message_by_message(
    channel: grpc.Channel, seen: list[bytes]
) -> None:
    collect = channel.stream_unary("/Stock/Collect")
    assert collect(iter([CLEAN] * 5), timeout=15) == b'{"count": "5"}'
    with pytest.raises(grpc.RpcError):
        collect(iter([CLEAN, DIRTY, CLEAN]), timeout=15)

    assert not any(SSN in message for message in seen)


def test_a_server_stream_passes_message_by_message(
    channel: grpc.Channel, seen: list[bytes]
) -> None:
    produce = channel.unary_stream("/Stock/Produce")
    assert len(list(produce(CLEAN, timeout=15))) == 7

    heard: list[bytes] = []
    with pytest.raises(grpc.RpcError):
        heard.extend(produce(b'{"ask": "dirty"}', timeout=15))
    assert not any(SSN in message for message in heard)
    assert len(seen) == 2


@pytest.mark.parametrize("when", ["at once", "later"])
@pytest.mark.parametrize("what", ["clean", "dirty"])
@pytest.mark.usefixtures("seen")
def test_the_text_of_a_failure_passes_unless_something_is_found_in_it(
    lab: Lab, channel: grpc.Channel, what: str, when: str
) -> None:
    told = {"clean": "no such table", "dirty": "withheld by phiguard"}[what]
    trace, parent = new_traceparent()
    asked = b'{"ask": "%b, %b"}' % (what.encode(), when.encode())
    call = channel.unary_stream("/Stock/Fail")
    with pytest.raises(grpc.RpcError) as failed:
        list(call(asked, timeout=15, metadata=[("traceparent", parent)]))
    assert (failed.value.code(), failed.value.details()) == (grpc.StatusCode.NOT_FOUND, told)

    def have_come(spans: list[Span]) -> bool:
        # of both sidecars
        return sum("grpc.message" in span.attributes for span in spans) == 2

    spans = lab.sink.trace(trace, until=have_come, seconds=30)
    assert {each.attributes.get("grpc.message", told) for each in spans} == {told}
    assert have_come(spans)


def test_a_dialogue_passes_message_by_message(channel: grpc.Channel, seen: list[bytes]) -> None:
    _talk(channel, seen)


def test_the_senders_sidecar_alone_sees_every_message_of_a_dialogue(
    envoy: Path, tmp_path: Path
) -> None:
    sidecars = (Sidecar(EHR, Gates.SENT_STREAMS), Sidecar(BILLING, Gates.NONE))
    with streaming_lab(envoy, tmp_path, sidecars) as lab:
        port = lab.mesh.ports[EHR].outbound
        options = [("grpc.default_authority", BILLING.host)]
        with (
            grpc_backend(lab.mesh.ports[BILLING].app) as seen,
            grpc.insecure_channel(f"{LOOPBACK}:{port}", options) as channel,
        ):
            for _ in range(5):
                _talk(channel, seen)
                seen.clear()


def _talk(channel: grpc.Channel, seen: list[bytes]) -> None:
    """Ten messages, each after the answer to the one before. The eleventh must not arrive."""
    words: queue.Queue[bytes | None] = queue.Queue()
    said: Callable[[], bytes | None] = words.get
    answers = channel.stream_stream("/Stock/Talk")(iter(said, None), timeout=30)
    for number in range(10):
        words.put(CLEAN + b" " * number)
        assert next(answers) == b'{"got": "%d"}' % (len(CLEAN) + number)
    words.put(DIRTY)
    with pytest.raises(grpc.RpcError):
        next(answers)

    words.put(None)
    assert not any(SSN in message for message in seen)
    assert len(seen) == 10
