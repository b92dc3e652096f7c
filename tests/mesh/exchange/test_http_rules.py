"""What HTTP says about a body, rule by rule."""

from dataclasses import replace

import pytest

from mesh.exchange import http_rules
from mesh.exchange.events import Head
from mesh.message.facts import Direction, Facts, Operation, Protocol
from mesh.message.headers import Headers

REQUEST = Facts(operation=Operation("POST", "/claims"))
RESPONSE = replace(REQUEST, direction=Direction.RESPONSE)


def head(facts=REQUEST, **fields):
    return Head(facts, Headers(tuple((name.replace("_", "-"), v) for name, v in fields.items())))


def status(code, method="GET", **fields):
    pairs = ((":status", code), *((name.replace("_", "-"), v) for name, v in fields.items()))
    return Head(replace(RESPONSE, operation=Operation(method, "/")), Headers(pairs))


@pytest.mark.parametrize(
    ("fields", "in_response", "in_request"),
    [
        ({":status": "206", "content-range": "bytes 0-9/1000"}, True, True),
        ({":status": "206", "content-range": "bytes 0-9/10"}, False, False),
        ({":status": "206", "content-range": "Bytes 0-9/10"}, False, False),  # RFC 9110, 14.1
        ({":status": "206", "content-range": "byte\u017f 0-9/10"}, True, True),  # no range unit
        ({":status": "206", "content-range": "bytes 0-9/*"}, True, True),
        ({":status": "206", "content-range": f"bytes 0-{'9' * 20}/1{'0' * 20}"}, True, True),
        ({":status": "206", "content-type": "multipart/byteranges; boundary=x"}, True, False),
        ({":status": "200", "content-range": "bytes 10-19/20"}, True, True),
        ({":status": "416", "content-range": "bytes */1000"}, False, True),
        ({"content-range": "rows 0-9/10"}, True, True),
        ({}, False, False),
    ],
)
def test_a_part_of_a_document_is_not_all_of_it(fields, in_response, in_request):
    """Rows without a table's header row hold no PHI, and the client chooses the parts."""
    headers = Headers(tuple(fields.items()))
    assert http_rules.is_part(Head(RESPONSE, headers)) is in_response
    assert http_rules.is_part(Head(REQUEST, headers)) is in_request


def test_one_of_several_ranges_that_is_a_part_makes_the_body_a_part():
    ranges = (("content-range", "bytes 0-9/10"), ("content-range", "bytes 0-9/20"))
    assert http_rules.is_part(Head(REQUEST, Headers(ranges)))


@pytest.mark.parametrize(
    ("method", "code", "received", "expected"),
    [
        ("HEAD", "200", 0, False),
        ("GET", "304", 0, False),
        ("GET", "200", 0, True),
        ("HEAD", "200", 1, True),
    ],
)
def test_only_a_response_without_a_body_may_say_a_length_that_it_does_not_have(
    method, code, received, expected
):
    response = status(code, method, content_length="5")
    request = replace(response, facts=replace(response.facts, direction=Direction.REQUEST))
    assert http_rules.is_cut_off(response, received) is expected
    assert http_rules.is_cut_off(request, received)


@pytest.mark.parametrize(
    ("length", "expected"), [("1", False), ("2", True), ("0", True), ("", False), ("one", False)]
)
def test_a_body_of_another_length_than_announced_is_cut_off(length, expected):
    assert http_rules.is_cut_off(head(content_length=length), 1) is expected


@pytest.mark.parametrize(
    "sign",
    [
        {"upgrade": "websocket"},
        {":protocol": "websocket"},
        {":method": "CONNECT"},
        {":method": "connect"},
    ],
)
def test_a_request_that_asks_for_another_protocol_is_an_upgrade(sign):
    assert http_rules.decided_facts(head(**sign)) == replace(REQUEST, protocol=Protocol.UPGRADE)


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        (status("101", upgrade="websocket"), Protocol.UPGRADE),
        (status("200", upgrade="h2c"), Protocol.HTTP),  # offers it only
        (status("200", "CONNECT"), Protocol.UPGRADE),
        (status("200", "connect"), Protocol.UPGRADE),  # as in a request
        (status("403", "CONNECT"), Protocol.HTTP),
        (status("200"), Protocol.HTTP),
    ],
)
def test_a_response_that_switches_the_protocol_is_an_upgrade(response, expected):
    assert http_rules.decided_facts(response).protocol is expected


def test_a_status_in_a_request_switches_nothing():
    assert http_rules.decided_facts(head(**{":status": "101"})) == REQUEST


def test_the_facts_of_any_other_head_are_its_own():
    assert http_rules.decided_facts(head(connection="keep-alive")) is REQUEST
