import asyncio

import grpc
import pytest

from extauthz.guard.calls import Incoming, call_of
from extauthz.records.allow_list import SpanName


class Context:
    """The part of gRPC's servicer context that `call_of` reads."""

    def __init__(self, *, metadata=(), remaining=None, proven=None):
        self.invocation_metadata = lambda: metadata
        self.time_remaining = lambda: remaining
        self.auth_context = lambda: proven or {}


@pytest.mark.parametrize(
    ("remaining", "header", "expected"),
    [
        (None, None, None),
        (2.0, None, 2.0),
        (None, "500", 0.5),
        (2.0, "500", 0.5),
        (0.1, "500", 0.1),
        (None, "soon", None),
        (None, "-1", None),
        (2.0, "9" * 5000, 2.0),
    ],
)
def test_the_nearer_deadline_holds(remaining, header, expected):
    metadata = (("X-Envoy-Expected-Rq-Timeout-Ms", header),) if header else ()

    assert (
        call_of(SpanName.AUTHORIZE, Context(metadata=metadata, remaining=remaining)).seconds
        == expected
    )


@pytest.mark.parametrize(
    ("proven", "expected"),
    [
        ({}, ""),
        ({"transport_security_type": [b"ssl"]}, ""),  # TLS without a client certificate
        (
            {"x509_pem_cert": [b"-"], "peer_spiffe_id": [b"spiffe://cluster.local/ns/a/sa/b"]},
            "cluster.local/ns/a/sa/b",
        ),
        ({"x509_pem_cert": [b"-"]}, "unknown"),
        ({"x509_pem_cert": [b"-"], "peer_spiffe_id": [b"spiffe://cluster.local/other"]}, "unknown"),
        ({"x509_pem_cert": [b"-"], "peer_spiffe_id": [b"\xff"]}, "unknown"),
        (
            {
                "x509_pem_cert": [b"-"],
                "peer_spiffe_id": [b"spiffe://c/ns/a/sa/b", b"spiffe://c/ns/a/sa/c"],
            },
            "unknown",
        ),
    ],
)
def test_a_certificate_that_names_no_workload_is_a_stranger_and_not_nobody(proven, expected):
    assert call_of(SpanName.AUTHORIZE, Context(proven=proven)).caller == expected


def test_binary_metadata_is_not_read():
    assert call_of(
        SpanName.INSPECT, Context(metadata=(("a-bin", b"\x00"), ("b", "1")))
    ).metadata == {"b": "1"}


class Messages:
    """A context whose messages a test puts in. A cancelled read would break it, as in gRPC."""

    def __init__(self):
        self.messages = asyncio.Queue()
        self.is_broken = False

    async def read(self):
        try:
            return await self.messages.get()
        except asyncio.CancelledError:
            self.is_broken = True
            raise


def test_a_wait_that_ends_early_loses_no_message_and_breaks_no_read():
    async def scenario():
        context = Messages()
        incoming = Incoming(context)
        with pytest.raises(TimeoutError):
            await incoming.next(0.01, goes_on=True)
        context.messages.put_nowait(b"a")
        context.messages.put_nowait(b"b")
        first, second = [await incoming.next(each, goes_on=True) for each in (None, 5)]
        context.messages.put_nowait(grpc.aio.EOF)
        return [first, second, context.is_broken, await incoming.next(None, goes_on=True)]

    assert asyncio.run(scenario()) == [b"a", b"b", False, None]


def test_a_read_that_still_runs_ends_with_the_stream():
    async def scenario():
        context = Messages()
        incoming = Incoming(context)
        with pytest.raises(TimeoutError):
            await incoming.next(0.01, goes_on=True)
        incoming.close()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return context.is_broken

    assert asyncio.run(scenario())


def test_where_the_stream_ends_with_the_wait_nothing_is_left_running():
    async def scenario():
        context = Messages()
        context.messages.put_nowait(b"a")
        incoming = Incoming(context)
        heard = await incoming.next(5, goes_on=False)
        with pytest.raises(TimeoutError):
            await incoming.next(0.01, goes_on=False)
        return heard, context.is_broken, len(asyncio.all_tasks())

    assert asyncio.run(scenario()) == (b"a", True, 1)
