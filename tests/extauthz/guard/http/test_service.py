import base64
import gzip
import re
from dataclasses import replace

import orjson
import pytest
from http_client import LOOPBACK, ask, connect, head, once, post
from ledger_schema import wrong
from running_guard import ALLOWED, BILLING, BILLING_HOST, DENIED, EHR, POLICY, REDACTED

from extauthz.settings import Limits
from phiscan import scan
from phiscan.finding import Verdict

EDGE = {"source": EHR, "destination": BILLING, "mtls": True, "method": "POST", "path": "/claims"}
JSON = "Content-Type: application/json"
BIG = b'{"notes": [' + b",".join([REDACTED] * 200) + b"]}"


def question(body, **more):
    return ask(EDGE | {"contentType": "application/json", "body": body.decode()} | more)


@pytest.fixture
def answers(guard, run):
    """The answers of one guard to requests, and the guard."""

    def make(*requests, **options):
        async def scenario():
            async with guard(http=LOOPBACK, **options) as g:
                return [await once(g, each) for each in requests], g

        return run(scenario())

    return make


def test_a_decision_is_the_one_that_envoy_gets(answers):
    found, _ = answers(question(ALLOWED), question(DENIED), question(REDACTED))
    assert [(a.status, a.json["effect"], a.json["reason"]) for a in found] == [
        (200, "ALLOW", "ALLOWED_BY_RULE"),
        (200, "DENY", "MINIMUM_NECESSARY"),
        (200, "REDACT", "REDACTED_BY_RULE"),
    ]
    masked = base64.b64decode(found[2].json["maskedBase64"])
    assert orjson.loads(masked)["patientName"] == "Ana Ruiz"
    assert b"536-22-8790" not in masked
    assert found[0].json["rules"] == ["ehr-to-billing"]


def test_each_decision_is_in_the_ledger_and_in_a_span(answers):
    found, g = answers(question(ALLOWED), question(DENIED))
    records = g.records()
    assert [each["id"] for each in records] == [a.json["id"] for a in found]
    assert [each["reason"] for each in records] == ["ALLOWED_BY_RULE", "MINIMUM_NECESSARY"]
    assert [each["asked"] for each in records] == ["http", "http"]
    assert [wrong(each) for each in records] == [[], []]
    names = [span.name for span in g.spans.get_finished_spans()]
    assert names.count("phiguard.authorize") == 2


def test_without_enforcement_a_denial_has_the_effect_allow(answers):
    found, _ = answers(question(DENIED), policy=POLICY.replace("enforce", "monitor"))
    said = found[0].json
    assert (said["effect"], said["decision"], said["enforced"]) == ("ALLOW", "DENY", False)


def test_a_sender_asks_by_the_service_host(answers):
    asked = {"source": EHR, "service": BILLING_HOST, "host": BILLING_HOST, "path": "/"}
    found, _ = answers(ask(asked | {"body": orjson.loads(DENIED)}), ask(asked | {"body": "hello"}))
    assert [a.json["reason"] for a in found] == ["MINIMUM_NECESSARY", "NO_PHI"]


def test_a_scan_gives_the_report_of_the_library(answers):
    (found,), _ = answers(post("/v1/scan", REDACTED, JSON))
    assert found.json == scan(REDACTED, content_type="application/json").to_dict()
    assert b"Ana" not in found.body


def test_a_redaction_keeps_type_and_encoding(answers):
    packed = gzip.compress(REDACTED)
    (found,), _ = answers(post("/v1/redact", packed, JSON, "Content-Encoding: gzip"))
    masked = gzip.decompress(found.body)
    assert (found.status, found.headers["content-type"]) == (200, "application/json")
    assert found.headers["content-encoding"] == "gzip"
    assert found.headers["x-phiguard-verdict"] == "phi"
    assert scan(masked).verdict in {Verdict.HEALTH, Verdict.NONE}
    assert b"8790" not in masked


def test_a_masked_document_keeps_a_type_that_is_not_ascii(answers):
    (found,), _ = answers(post("/v1/redact", b"hello", "Content-Type: text/plain; name=\xe9"))
    assert (found.status, found.body) == (200, b"hello")


def test_without_a_policy_a_long_document_does_not_hold_the_event_loop(guard, run):
    async def scenario():
        async with guard(http=LOOPBACK, scanners=1) as g:
            await g.worker._inspections.scanners.opened()
            service = g.worker._http._service
            bare = replace(service._inspections.snapshot(), policy=None)
            service._inspections = replace(service._inspections, snapshot=lambda: bare)
            return [await once(g, post("/v1/scan", each, JSON)) for each in (ALLOWED, BIG)]

    small, long = run(scenario())
    assert (small.status, long.status, long.code) == (200, 503, "NO_POLICY")


@pytest.mark.parametrize("scanners", [0, 1])
def test_a_long_document_gives_the_same_here_and_in_a_scanner_process(
    answers, guard, run, scanners
):
    async def scenario():
        async with guard(http=LOOPBACK, scanners=scanners) as g:
            await g.worker._scanners.opened()
            sent = [post("/v1/scan", BIG, JSON), post("/v1/redact", BIG, JSON)]
            return [await once(g, each) for each in sent]

    scanned, redacted = run(scenario())
    assert (scanned.status, scanned.json["verdict"]) == (200, "phi")
    assert redacted.status == 200
    assert b"8790" not in redacted.body


def test_what_cannot_be_read_whole_is_not_handed_out(answers):
    found, _ = answers(post("/v1/redact", REDACTED, JSON, "Content-Encoding: x-unknown"))
    assert (found[0].status, found[0].code) == (422, "NOT_MASKED")


def test_a_compression_bomb_is_over_a_limit_and_not_unpacked(answers):
    bomb = gzip.compress(bytes(200 << 20))
    found, _ = answers(
        post("/v1/scan", bomb, "Content-Encoding: gzip"),
        post("/v1/redact", bomb, "Content-Encoding: gzip"),
        ask(EDGE | {"contentEncoding": "gzip", "bodyBase64": base64.b64encode(bomb).decode()}),
    )
    assert (found[0].json["coverage"], found[0].json["reason"]) == ("UNSCANNABLE", "OVER_LIMIT")
    assert found[1].code == "NOT_MASKED"
    assert found[2].json["effect"] == "DENY"


def test_health_follows_the_drain(guard, run):
    async def scenario():
        async with guard(http=LOOPBACK) as g:
            client = await connect(g)
            await client.send(head("GET", "/healthz"))
            ready = await client.answer()
            g.worker._admission.drain()
            await g.worker._tell_health()
            await client.send(head("GET", "/healthz"))
            unready = await client.answer()
            refused = await once(g, question(ALLOWED))
            client.close()
            return ready, unready, refused

    ready, unready, refused = run(scenario())
    assert (ready.status, ready.json) == (200, {"ready": True})
    assert (unready.status, unready.json) == (503, {"ready": False})
    assert unready.headers["connection"] == "close"
    assert (refused.status, refused.code) == (503, "DRAINING")


def test_too_many_at_once_are_refused_and_recorded(answers):
    found, g = answers(
        question(ALLOWED), post("/v1/scan", ALLOWED), limits=Limits(scan_seconds=20.0, held_bytes=1)
    )
    assert [(a.status, a.code, a.headers["retry-after"]) for a in found] == [
        (429, "OVERLOADED", "1")
    ] * 2
    assert [r["reason"] for r in g.records()] == ["OVERLOADED"]


def test_a_failure_inside_denies_and_says_nothing(guard, run, monkeypatch, caplog):
    def fail(*_):
        raise ValueError("Ana Ruiz")

    async def scenario():
        async with guard(http=LOOPBACK) as g:
            monkeypatch.setattr("extauthz.guard.inspection.InspectionContext.open", fail)
            decided = await once(g, question(ALLOWED))
            monkeypatch.undo()
            monkeypatch.setattr("extauthz.guard.http.service.examine", fail)
            return decided, await once(g, post("/v1/scan", ALLOWED))

    for found in run(scenario()):
        assert (found.status, found.code) == (503, "INTERNAL_ERROR")
        assert b"Ana" not in found.body
    assert "Ana" not in caplog.text


def test_documents_without_a_policy_are_counted_by_what_became_of_them(answers):
    _, g = answers(
        post("/v1/scan", DENIED, JSON),
        post("/v1/redact", REDACTED, JSON),
        post("/v1/redact", b"\xff\xfe\x00", "Content-Encoding: secret"),
    )
    rows = [
        line
        for line in g.pages.decode().splitlines()
        if line.startswith("phiguard_documents_total{") and line.endswith(" 1.0")
    ]
    counted = {
        tuple(re.findall(r'(?:operation|verdict|coverage|type)="(\w*)"', row)) for row in rows
    }
    assert counted == {
        ("", "COMPLETE", "scan", "phi"),
        ("", "COMPLETE", "redact", "phi"),
        ("NOT_MASKED", "UNSCANNABLE", "redact", "none"),
    }


def test_no_value_reaches_answers_records_spans_metrics_or_log(answers, caplog):
    caplog.set_level("DEBUG")
    found, g = answers(
        question(DENIED, path="/Ana/536-22-8790?name=Ana", headers={"x-Ana": "Ana"}),
        post("/v1/scan", DENIED, "X-Name: Ana"),
        ask(EDGE | {"Ana": "Ana"}),
        ask(EDGE | {"source": "Ana"}),
        post("/v1/decide", b'{"Ana', JSON),
        post("/Ana", b"Ana"),
        head("Ana", "/v1/scan"),
        b"Ana Ana Ana\r\n\r\n",
    )
    said = b"".join(each.body + repr(each.headers).encode() for each in found).decode()
    kept = orjson.dumps(g.records()).decode()
    spans = "".join(span.to_json() for span in g.spans.get_finished_spans())
    everything = said + kept + spans + g.metrics_json + g.pages.decode() + caplog.text
    assert "Ana" not in everything
    assert "8790" not in everything
    assert [each.status for each in found] == [200, 200, 400, 400, 400, 404, 405, 400]
