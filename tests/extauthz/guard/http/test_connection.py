"""What hostile and broken clients get. Each test is on a real socket."""

import asyncio
import socket
import time

import orjson
import pytest
from http_client import LOOPBACK, ask, chunked, connect, head, once, post
from running_guard import ALLOWED, BILLING, DENIED, EHR
from test_service import EDGE, JSON, question

from extauthz.guard.http import connection, listener
from extauthz.guard.http.connection import HEAD_BYTES, Clocks
from extauthz.settings import Limits

LIMITS = Limits(scan_seconds=20.0, body_bytes=100_000, wait_seconds=0.3)


@pytest.fixture
def ask_all(guard, run):
    """The answers of one guard to raw requests, each on a connection of its own."""

    def make(*requests, limits=LIMITS):
        async def scenario():
            async with guard(http=LOOPBACK, limits=limits) as g:
                found = [await once(g, each) for each in requests]
                assert g.worker._admission.exchanges == 0
                assert g.worker._admission.streams == 0
                return found

        return run(scenario())

    return make


@pytest.mark.parametrize(
    "path",
    [
        "/v1/scan/", "//v1/scan", "/v1/../v1/scan", "/v1/%73can", "/v1/scan?x=1", "/v1/scan#x",
        "/V1/SCAN", "/v1/scan;a", "http://guard/v1/scan", "*", "/v1/scan%00", "/v1\\scan",
        "/healthz/../v1/scan", "/\xff",
    ],
)  # fmt: skip
def test_a_path_is_compared_as_bytes(ask_all, path):
    (found,) = ask_all(head("POST", path, "Content-Length: 0"))
    assert found.status in {400, 404}


@pytest.mark.parametrize("method", ["GET", "PUT", "OPTIONS", "CONNECT", "TRACE", "post"])
def test_another_method_is_refused(ask_all, method):
    (found,) = ask_all(head(method, "/v1/scan"))
    assert (found.status, found.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"POST /v1/scan HTTP/9.9\r\nHost: a\r\n\r\n",
        head("POST", "/v1/scan", "Content-Length: 0", host=""),
        head("POST", "/v1/scan", "Host: b", "Content-Length: 0"),
        head("POST", "/v1/scan", "Content-Length: 1", "Content-Length: 2") + b"xx",
        head("POST", "/v1/scan", "Content-Length: -1"),
        head("POST", "/v1/scan", "Content-Length: 1_0"),
        head("POST", "/v1/scan", "Content-Length: 0x1") + b"x",
        head("POST", "/v1/scan", "Content-Length: 5", "Transfer-Encoding: chunked") + b"0\r\n\r\n",
        head("POST", "/v1/scan", "Transfer-Encoding: chunked, gzip") + b"0\r\n\r\n",
        head("POST", "/v1/scan", "Transfer-Encoding : chunked") + b"0\r\n\r\n",
        head("POST", "/v1/scan", "X: a\r\n folded", "Bad Name: 1"),
        head("POST", "/v1/scan", "X: a\x00b"),
        head("POST", "/v1/scan", "Transfer-Encoding: chunked") + b"zz\r\nab\r\n0\r\n\r\n",
        head("POST", "/v1/scan", "Transfer-Encoding: chunked") + b"1\r\nabc0\r\n\r\n",
        head("POST", "/v1/scan", "Transfer-Encoding: chunked") + b"-1\r\n\r\n",
    ],
)
def test_what_two_readers_could_understand_in_two_ways_is_refused(ask_all, request_bytes):
    (found,) = ask_all(request_bytes)
    assert (found.status, found.code) == (400, "BAD_REQUEST")
    assert found.headers["connection"] == "close"


def test_a_huge_head_is_refused_at_its_limit(ask_all):
    one, many = ask_all(
        head("POST", "/v1/scan", "X: " + "a" * HEAD_BYTES),
        head("POST", "/v1/scan", *(f"X{number}: a" for number in range(HEAD_BYTES // 4))),
    )
    assert (one.status, one.code) == (431, "HEAD_TOO_LARGE")
    assert many.status == 431


def test_a_body_that_is_too_large_is_refused_announced_or_not(ask_all):
    most = LIMITS.body_bytes
    found = ask_all(
        head("POST", "/v1/scan", f"Content-Length: {most + 1}"),
        head("POST", "/v1/scan", f"Content-Length: {'9' * 400}"),
        chunked("/v1/scan", *[b"a" * 10_000] * 11),
        post("/v1/scan", b"a" * most),
        chunked("/v1/scan", *[b"a" * 10_000] * 10),
    )
    assert [each.status for each in found] == [413, 400, 413, 200, 200]


def test_chunks_of_one_byte_are_one_body(ask_all):
    found = ask_all(chunked("/v1/scan", *(bytes([each]) for each in DENIED), headers=[JSON]))
    assert found[0].json["verdict"] == "phi"


@pytest.mark.parametrize(
    "sent",
    [
        post("/v1/decide", b"{}"),
        post("/v1/decide", b"{}", "Content-Type: text/plain"),
        post("/v1/decide", b"{}", "Content-Type: application/jsonx"),
    ],
)
def test_a_question_must_say_that_it_is_json(ask_all, sent):
    assert ask_all(sent)[0].status == 415


def test_a_page_of_a_browser_gets_nothing(ask_all):
    (found,) = ask_all(post("/v1/scan", b"x", "Origin: null"))
    assert (found.status, found.code) == (403, "NO_BROWSER")


def test_deep_json_is_refused_or_judged_and_kills_nothing(ask_all):
    deep = b"[" * 40_000 + b"]" * 40_000
    found = ask_all(
        post("/v1/decide", b'{"body": ' + deep + b"}", JSON),
        post("/v1/scan", deep, JSON),
        question(ALLOWED),
    )
    assert [each.status for each in found] == [400, 200, 200]


def test_a_slow_head_and_a_silent_client_lose_their_connection(guard, run, monkeypatch):
    monkeypatch.setattr(
        listener, "Clocks", lambda body: Clocks(head=0.2, body=body, write=connection.WRITE_SECONDS)
    )

    async def scenario():
        async with guard(http=LOOPBACK, limits=LIMITS) as g:
            silent, slow, idle = [await connect(g) for _ in range(3)]
            await idle.send(head("GET", "/healthz"))
            assert (await idle.answer()).status == 200
            began = time.monotonic()
            for letter in b"POST /v1/scan HTTP/1.1\r\n":
                if slow.reader.at_eof():
                    break
                slow.writer.write(bytes([letter]))
                await asyncio.sleep(0.02)
            ends = [await each.ended() for each in (silent, slow, idle)]
            for each in (silent, slow, idle):
                each.close()
            return ends, time.monotonic() - began

    ends, seconds = run(scenario())
    assert ends == [True] * 3
    assert seconds < 10


def test_a_slow_body_gets_its_answer_and_its_place_back(guard, run):
    async def scenario():
        async with guard(http=LOOPBACK, limits=LIMITS) as g:
            client = await connect(g)
            await client.send(head("POST", "/v1/scan", "Content-Length: 9") + b"x")
            answer = await client.answer()
            held = g.worker._admission.held
            client.close()
            return answer, held

    answer, held = run(scenario())
    assert (answer.status, answer.code, held) == (408, "TOO_SLOW", 0)


def test_a_client_that_goes_in_the_middle_gives_its_place_back(guard, run):
    async def scenario():
        async with guard(http=LOOPBACK) as g:
            client = await connect(g)
            await client.send(head("POST", "/v1/scan", "Content-Length: 9") + b"x")
            client.close()
            while g.worker._admission.exchanges or not g.worker._http._open:
                await asyncio.sleep(0.01)
            while g.worker._http._open:
                await asyncio.sleep(0.01)
            return g.worker._admission.held, g.worker._admission.streams

    assert run(scenario()) == (0, 0)


def test_one_connection_has_many_requests_and_they_may_come_at_once(guard, run):
    async def scenario():
        async with guard(http=LOOPBACK) as g:
            client = await connect(g)
            await client.send(head("GET", "/healthz"))
            first = await client.answer()
            await client.send(question(ALLOWED))
            second = await client.answer()
            await client.send(head("POST", "/v1/scan", "Content-Length: 1", "Expect: 100-continue"))
            assert await client.reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 \r\n\r\n"
            await client.send(b"x")
            third = await client.answer()
            client.close()
            return [first.status, second.status, third.status]

    assert run(scenario()) == [200, 200, 200]


def test_beyond_the_most_connections_none_is_held(guard, run):
    async def scenario():
        limits = Limits(scan_seconds=20.0, exchanges=2)
        async with guard(http=LOOPBACK, limits=limits) as g:
            held = [await connect(g) for _ in range(2)]
            for each in held:
                await each.send(head("GET", "/healthz"))
                assert (await each.answer()).status == 200
            refused = await once(g, head("GET", "/healthz"))
            held[0].close()
            while len(g.worker._http._open) == 2:
                await asyncio.sleep(0.01)
            again = await once(g, head("GET", "/healthz"))
            held[1].close()
            return refused, again.status

    assert run(scenario()) == (None, 200)


def test_clients_without_a_certificate_leave_half_of_the_guard_to_envoy(guard, run):
    async def scenario():
        limits = Limits(scan_seconds=20.0, held_bytes=1000)
        async with guard(http=LOOPBACK, limits=limits) as g:
            admission = g.worker._admission
            slow = [await connect(g) for _ in range(2)]
            for each in slow:
                await each.send(head("POST", "/v1/scan", "Content-Length: 250") + b"x")
            while admission.exchanges < 2:
                await asyncio.sleep(0.01)
            refused = await once(g, head("POST", "/v1/scan", "Content-Length: 250"))
            is_taken = admission.enter(500)
            admission.leave(500)
            for each in slow:
                each.close()
            return refused.status, is_taken

    assert run(scenario()) == (429, True)


def test_an_answer_that_is_not_taken_keeps_its_place_and_its_bytes(guard, run):
    size = 7 << 20

    async def scenario():
        async with guard(http=LOOPBACK) as g:
            narrow = socket.socket()
            narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            narrow.connect(("127.0.0.1", g.worker._http.port))
            reader, writer = await asyncio.open_connection(sock=narrow, limit=1024)
            writer.write(post("/v1/redact", b"x" * size))
            await reader.readexactly(15)  # the answer has begun
            admission = g.worker._admission
            before = (admission.exchanges, admission.held, admission.streams)
            writer.transport.abort()
            while admission.exchanges:
                await asyncio.sleep(0.01)
            return before, admission.held

    assert run(scenario()) == ((1, size, 1), 0)


def test_a_drain_lets_a_running_request_finish(guard, run):
    async def scenario():
        async with guard(http=LOOPBACK) as g:
            client = await connect(g)
            body = orjson.dumps(EDGE | {"body": "x"})
            await client.send(head("POST", "/v1/decide", f"Content-Length: {len(body)}", JSON))
            while not g.worker._admission.streams:
                await asyncio.sleep(0.01)
            draining = asyncio.create_task(g.worker.drain())
            await asyncio.sleep(0.05)
            await client.send(body)
            answer = await client.answer()
            client.close()
            await draining
            return answer.status, answer.headers.get("connection")

    assert run(scenario()) == (200, "close")


def test_a_question_between_strangers_is_denied(ask_all):
    found = ask_all(ask({"source": BILLING, "destination": EHR, "mtls": True, "body": "x"}))
    assert (found[0].json["effect"], found[0].json["reason"]) == ("DENY", "EDGE_NOT_ALLOWED")
