import asyncio
from contextlib import suppress

import grpc
import pytest
from mutual_tls import certificates_in, secure_channel, tls_of
from running_guard import reasons
from tcp_connection import (
    ACK,
    CLEAN,
    DENIED,
    END,
    INBOUND,
    OUTBOUND,
    PATIENT,
    POLICY,
    REDACTED,
    VT,
    Connection,
    framed,
    message,
)

from extauthz.demo.topology import BILLING, EHR, GUARD
from extauthz.guard.envoy import network
from extauthz.guard.recorder import Recorder
from extauthz.guard.tcp_stream import TcpStream
from extauthz.records.ledger.keeper import LedgerError
from extauthz.settings import Limits
from mesh.exchange.tcp_events import Close
from mesh.exchange.tcp_exchange import TcpExchange
from mesh.message.facts import Direction
from mesh.policy.decision import Reason

READ, WRITE = "read_data", "write_data"
MONITOR = POLICY.replace("spec:", "spec:\n  mode: monitor")
CLOSING = POLICY.replace("spec:", "spec:\n  mllp: {onDenied: CLOSE}")


@pytest.fixture
def converse(guard, run):
    """Talk to a guard as a proxy does. Returns the connection, and the decisions."""

    def start(talk, metadata=None, **options):
        async def scenario():
            async with guard(**{"policy": POLICY, **options}) as g, g.channel() as channel:
                connection = Connection(channel, metadata)
                await talk(connection)
                return connection, g.records()

        return run(scenario())

    return start


def giving(*parts):
    """Give parts away one after another, each after the answer to the one before."""

    async def talk(connection):
        for part in parts:
            await connection.exchange(*part)

    return talk


def test_a_message_and_its_acknowledgement_go_on(converse):
    connection, records = converse(giving((CLEAN,), (ACK, WRITE)))
    assert (connection.forwarded, connection.heard) == (CLEAN, ACK)
    assert [(r["direction"], r["reason"], r["piece"]) for r in records] == [
        ("request", "NO_PHI", 1),
        ("response", "NO_PHI", 1),
    ]
    assert records[1]["exchange"] == records[0]["id"]


def test_nothing_of_a_message_leaves_before_it_is_whole(converse):
    async def talk(connection):
        for place in range(len(CLEAN) - 1):
            await connection.exchange(CLEAN[place : place + 1])
            assert connection.forwarded == b""
        await connection.exchange(CLEAN[-1:])

    connection, records = converse(talk)
    assert connection.forwarded == CLEAN
    assert len(records) == 1


def test_a_message_is_masked(converse):
    connection, records = converse(giving((REDACTED,)))
    assert b"541-27-8860" not in connection.forwarded
    assert b"Okonkwo" in connection.forwarded
    assert reasons(records) == ["REDACTED_BY_RULE"]


def test_a_refused_message_gets_a_nak_and_the_connection_lives(converse):
    async def talk(connection):
        await connection.exchange(DENIED)
        await connection.take()  # one more than was asked for: the NAK
        await connection.exchange(CLEAN)

    connection, records = converse(talk)
    assert connection.forwarded == CLEAN
    assert b"\rMSA|AR|M1\r" in connection.heard
    assert records[0]["id"].encode() in connection.heard
    assert reasons(records) == ["MINIMUM_NECESSARY", "NO_PHI"]
    assert not connection.is_closed


def test_a_policy_may_close_instead(converse):
    async def talk(connection):
        await connection.give(DENIED)
        while not connection.is_closed:
            await connection.take()
        assert await connection.code() is grpc.StatusCode.ABORTED

    connection, _ = converse(talk, policy=CLOSING)
    assert connection.is_closed
    assert (connection.forwarded, connection.heard) == (b"", b"")


def test_a_policy_that_enforces_nothing_lets_it_pass(converse):
    connection, records = converse(giving((DENIED,)), policy=MONITOR)
    assert connection.forwarded == DENIED
    assert [(r["reason"], r["enforced"]) for r in records] == [("MINIMUM_NECESSARY", False)]


def test_messages_of_one_piece_leave_in_one_answer_and_in_order(converse):
    first, last = framed(message(control_id="F1")), framed(message(control_id="L1"))

    async def talk(connection):
        await connection.give(first + DENIED + last)
        for _ in range(2):
            await connection.take()

    connection, records = converse(talk)
    assert connection.forwarded == first + last
    assert b"MSA|AR|M1" in connection.heard
    assert [r["piece"] for r in records] == [1, 2, 3]


def test_what_is_no_mllp_closes_the_connection(converse):
    async def talk(connection):
        await connection.give(b"GET / HTTP/1.1\r\n\r\n" + CLEAN)
        while not connection.is_closed:
            await connection.take()
        assert await connection.code() is grpc.StatusCode.ABORTED

    connection, records = converse(talk)
    assert connection.forwarded == b""
    assert reasons(records) == ["PROTOCOL_NOT_ALLOWED"]


def test_the_end_of_a_client_waits_for_the_acknowledgement(converse):
    async def talk(connection):
        await connection.exchange(CLEAN, READ, end=True)
        assert connection.ended == set()
        await connection.give(ACK, WRITE)
        await connection.take()
        await connection.take()

    connection, _ = converse(talk)
    assert (connection.forwarded, connection.heard) == (CLEAN, ACK)
    assert connection.ended == {READ}


def test_a_call_never_ends_with_ok_even_when_the_proxy_ends_it(converse):
    async def talk(connection):
        await connection.exchange(CLEAN)
        await connection.call.done_writing()
        assert await connection.code() is grpc.StatusCode.ABORTED

    converse(talk)


@pytest.mark.parametrize("garbage", [b"\xff\xff", b""])
def test_what_is_no_request_ends_the_call_with_an_error(guard, run, garbage):
    async def scenario():
        async with guard(policy=POLICY) as g, g.channel() as channel:
            raw = channel.stream_stream(
                "/envoy.service.network_ext_proc.v3.NetworkExternalProcessor/Process"
            )(metadata=tuple(INBOUND.items()))
            await raw.write(garbage)
            with pytest.raises(grpc.aio.AioRpcError) as error:
                await raw.read()
            return error.value.code(), error.value.details()

    assert run(scenario()) == (grpc.StatusCode.INVALID_ARGUMENT, "not a ProcessingRequest")


def test_a_sender_that_does_not_go_on_is_refused(converse):
    async def talk(connection):
        await connection.exchange(DENIED[:-2])
        while not connection.is_closed:
            await connection.take()

    limits = Limits(scan_seconds=20.0, wait_seconds=0.2)
    connection, records = converse(talk, limits=limits)
    assert connection.forwarded == b""
    assert b"MSA|AR|M1" in connection.heard
    assert reasons(records) == ["OUT_OF_TIME"]


def test_the_rest_of_a_refused_message_must_come_in_time(converse):
    async def talk(connection):
        await connection.exchange(VT + message("NTE|1||" + "x" * 5000))
        while not connection.is_closed:
            await connection.take()

    limits = Limits(scan_seconds=20.0, wait_seconds=0.2, body_bytes=1000)
    connection, records = converse(talk, limits=limits)
    assert connection.forwarded == b""
    assert reasons(records) == ["TRUNCATED"]


def test_a_frame_without_its_last_byte_ends_after_a_second(converse):
    async def talk(connection):
        await connection.exchange(CLEAN[:-1])
        await connection.take()

    connection, _ = converse(talk)
    assert connection.forwarded == CLEAN


def test_what_does_not_fit_is_refused(converse):
    async def talk(connection):
        await connection.give(VT + message("NTE|1||" + "x" * 5000))
        while not connection.is_closed:
            await connection.take()

    limits = Limits(scan_seconds=20.0, held_bytes=4096)
    connection, records = converse(talk, limits=limits)
    assert connection.forwarded == b""
    assert reasons(records) == ["OVERLOADED"]


def test_while_one_direction_is_judged_elsewhere_the_other_goes_on(converse, monkeypatch):
    judged, judge = asyncio.Event(), TcpStream.judge

    async def slowly(stream, asked):
        if asked.events[0].facts.direction is Direction.REQUEST:
            await judged.wait()
        return await judge(stream, asked)

    monkeypatch.setattr(TcpStream, "is_dear", lambda *_: True)
    monkeypatch.setattr(TcpStream, "judge", slowly)
    later = framed(message(control_id="L1"))

    async def talk(connection):
        await connection.give(DENIED)
        await connection.give(later)  # it waits behind the first
        await connection.exchange(ACK, WRITE)
        assert (connection.forwarded, connection.heard) == (b"", ACK)
        judged.set()
        while connection.forwarded != later:
            await connection.take()

    connection, _ = converse(talk)
    assert connection.heard.startswith(ACK)
    assert b"MSA|AR|M1" in connection.heard


def test_many_messages_of_one_piece_leave_the_worker_to_others(converse, monkeypatch):
    judged, judge, turns = [], TcpStream.judge, []

    async def counted(stream, asked):
        judged.append(len(turns))
        return await judge(stream, asked)

    async def other():
        while True:
            turns.append(None)
            await asyncio.sleep(0)

    monkeypatch.setattr(TcpStream, "judge", counted)

    async def talk(connection):
        neighbour = asyncio.create_task(other())
        await connection.exchange(CLEAN * 5)
        neighbour.cancel()

    connection, _ = converse(talk)
    assert connection.forwarded == CLEAN * 5
    assert len(set(judged)) == 5  # in each turn one


def test_a_sender_that_seems_to_end_again_and_again_has_no_more_time(converse):
    async def talk(connection):
        await connection.exchange(VT)
        with suppress(grpc.aio.AioRpcError, asyncio.InvalidStateError):  # the call has ended
            while True:
                await connection.exchange(b"\x1c")
                await connection.exchange(b"x")  # each of both alone would begin a time anew

    connection, records = converse(talk, limits=Limits(wait_seconds=0.2))
    assert connection.forwarded == b""
    assert reasons(records)[0] in ("OUT_OF_TIME", "UNSCANNABLE")


def test_a_long_message_is_judged_by_a_scanner_process(guard, run):
    long = framed(message(*PATIENT, *["NTE|1||a note about nothing"] * 200))

    async def scenario():
        async with guard(policy=POLICY, scanners=1) as g, g.channel() as channel:
            await g.worker._scanners.opened()
            connection = Connection(channel)
            await connection.exchange(long)
            await connection.take()
            return connection, g.records()

    connection, records = run(scenario())
    assert connection.forwarded == b""
    assert b"MSA|AR|M1" in connection.heard
    assert reasons(records) == ["MINIMUM_NECESSARY"]


def test_a_connection_that_the_exchange_cannot_follow_closes_with_a_record(converse, monkeypatch):
    def broken(self, event):
        self._is_closed = True
        return (Close(Reason.INTERNAL_ERROR),)

    monkeypatch.setattr(TcpExchange, "receive", broken)

    async def talk(connection):
        await connection.give(CLEAN)
        while not connection.is_closed:
            await connection.take()

    connection, records = converse(talk)
    assert (connection.forwarded, reasons(records)) == (b"", ["INTERNAL_ERROR"])


def test_an_exception_refuses_and_its_text_goes_nowhere(converse, monkeypatch, capfd):
    def broken(*_):
        raise RuntimeError("Okonkwo")

    monkeypatch.setattr(network, "encode", broken)

    async def talk(connection):
        await connection.give(CLEAN)
        with pytest.raises(grpc.aio.AioRpcError) as error:
            await connection.call.read()
        assert error.value.code() is grpc.StatusCode.INTERNAL
        assert error.value.details() == "internal error"

    converse(talk)
    assert "Okonkwo" not in "".join(capfd.readouterr())


def test_a_message_whose_record_is_lost_is_refused(converse, monkeypatch):
    async def lost(_):
        raise LedgerError("full")

    monkeypatch.setattr(Recorder, "kept", lost)

    async def talk(connection):
        await connection.exchange(CLEAN)
        await connection.take()

    connection, _ = converse(talk)
    assert connection.forwarded == b""
    assert b"LEDGER_UNAVAILABLE" in connection.heard


def test_an_idle_connection_ends_when_the_guard_drains_and_a_busy_one_after_its_answer(guard, run):
    async def scenario():
        async with guard(policy=POLICY) as g, g.channel() as channel:
            idle, busy = Connection(channel), Connection(channel)
            await idle.exchange(CLEAN)
            await idle.exchange(ACK, WRITE)
            await busy.exchange(CLEAN)
            drain = asyncio.create_task(g.worker.drain())
            await idle.take()
            assert idle.is_closed
            assert not busy.is_closed
            await busy.exchange(ACK, WRITE)
            await busy.take()
            assert busy.is_closed
            assert busy.heard == ACK
            assert await busy.code() is grpc.StatusCode.ABORTED
            await drain

    run(scenario())


def test_a_proxy_that_speaks_for_another_workload_is_refused(guard, run, tmp_path):
    """At the receiver, the destination is the caller; the sender is whoever has the certificate."""
    files = certificates_in(tmp_path / "certificates")

    async def outcome(g, workload, metadata):
        async with secure_channel(g, files[workload]) as channel:
            connection = Connection(channel, metadata)
            await connection.exchange(CLEAN)
            return connection.forwarded

    async def scenario():
        async with guard(policy=POLICY, tls=tls_of(files[GUARD])) as g:
            allowed = await outcome(g, BILLING, INBOUND), await outcome(g, EHR, OUTBOUND)
            forged = await outcome(g, EHR, INBOUND), await outcome(g, BILLING, OUTBOUND)
            return allowed, forged, reasons(g.records())

    allowed, forged, found = run(scenario())
    assert allowed == (CLEAN, CLEAN)
    assert forged == (b"", b"")
    assert found[2] == "CALLER_MISMATCH"
    assert END in CLEAN


def test_what_waits_behind_a_message_that_closes_has_a_record(converse):
    async def talk(connection):
        await connection.give(DENIED + CLEAN + CLEAN)
        assert await connection.code() is grpc.StatusCode.ABORTED

    connection, records = converse(talk, policy=CLOSING)
    assert reasons(records) == ["MINIMUM_NECESSARY", "ABORTED", "ABORTED"]
    assert connection.forwarded == b""
