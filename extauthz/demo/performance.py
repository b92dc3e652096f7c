"""Plays one scenario in a running laboratory and compares the outcome with the expected one."""

import gzip
import json
from dataclasses import dataclass
from secrets import token_hex
from typing import Final

from extauthz.demo.client import Request, Response, new_traceparent
from extauthz.demo.forgery import forged_check
from extauthz.demo.hl7 import mllp
from extauthz.demo.lab import Delivery, Lab
from extauthz.demo.observed import Observed, observe
from extauthz.demo.otlp_sink import Span
from extauthz.demo.scenarios import CONTROL_ID, ExpectedAnswer, Scenario, Way
from extauthz.demo.workloads import DELIVERY_HEADER

_SPANS_TIMEOUT_SECONDS: Final = 3.0
_ACKNOWLEDGEMENT: Final = "msa-1"


@dataclass(frozen=True, slots=True)
class ScenarioOutcome:
    """The outcome of one scenario.

    Args:
        scenario: what was played.
        status: HTTP status that the sender got.
        observed: the strictest decision that the guard exported for this trace; None when it was
            not asked.
        guard_milliseconds: the guard's own time, summed over its decisions on this exchange.
        problems: differences from the expected outcome; empty when there are none.
        spans: the whole trace as the collector received it.
    """

    scenario: Scenario
    status: int
    observed: Observed | None
    guard_milliseconds: float
    problems: tuple[str, ...]
    spans: tuple[Span, ...]


def perform(lab: Lab, scenario: Scenario) -> ScenarioOutcome:
    """Send the scenario's message, and compare what application, sender and collector got.

    Raises:
        OSError: a connection failed, which no scenario expects.
    """
    identity = token_hex(8)
    response, spans = (_played_mllp if scenario.way is Way.MLLP else _played)(
        lab, scenario, identity
    )
    decisions = observe(spans)
    strictest = max(decisions, key=lambda seen: seen.rank, default=None)
    problems = [
        *decision_problems(scenario.expected, response, decisions),
        *content_problems(scenario, response, lab.deliveries(identity)),
    ]
    spent = sum(seen.milliseconds for seen in decisions)
    return ScenarioOutcome(
        scenario, response.status, strictest, spent, tuple(problems), tuple(spans)
    )


def _played(lab: Lab, scenario: Scenario, identity: str) -> tuple[Response, list[Span]]:
    trace, traceparent = new_traceparent()
    response = _send(lab, scenario, {DELIVERY_HEADER: identity, "traceparent": traceparent})
    wanted = scenario.expected.decisions
    return response, lab.sink.trace(
        trace, until=lambda spans: _complete(spans, wanted), seconds=_SPANS_TIMEOUT_SECONDS
    )


def _played_mllp(lab: Lab, scenario: Scenario, identity: str) -> tuple[Response, list[Span]]:
    """Send the message with an id of its own. Each decision has a trace of its own: MLLP has none.

    The laboratory plays one scenario after another, so all new spans are of this one.
    """
    before = {span.identity for span in lab.sink.spans()}
    content = scenario.message.body.replace(CONTROL_ID.encode(), identity.encode())
    answer = lab.over_mllp(scenario.caller, scenario.callee, content)
    wanted = scenario.expected.decisions
    spans = lab.sink.others(
        before,
        until=lambda spans: len(observe(spans)) >= wanted,
        seconds=_SPANS_TIMEOUT_SECONDS,
    )
    return Response(0, {_ACKNOWLEDGEMENT: mllp.acknowledgement(answer)}, answer), spans


def _send(lab: Lab, scenario: Scenario, extra: dict[str, str]) -> Response:
    message = scenario.message
    headers = {**message.headers, **extra}
    request = Request(scenario.callee.host, message.method, message.path, message.body, headers)
    match scenario.way:
        case Way.SIDECAR:
            return lab.from_application(scenario.caller, request)
        case Way.BYPASS:
            return lab.past_sidecar(scenario.caller, scenario.callee, request)
        case Way.PLAINTEXT:
            return lab.from_outside(scenario.callee, request)
        case Way.MLLP:
            raise ValueError("a message over MLLP has no headers")
        case Way.FORGED:
            with lab.guard_channel(scenario.caller) as channel:
                return forged_check(channel, scenario.callee, request)


def _complete(spans: list[Span], decisions: int) -> bool:
    """Whether the whole trace has arrived.

    All decisions must be there, and the parent of every span but the client's own span.
    """
    known = {span.identity for span in spans}
    unknown = {span.parent for span in spans if span.parent not in known}
    return len(unknown) == 1 and len(observe(spans)) >= decisions


def decision_problems(
    expected: ExpectedAnswer, response: Response, decisions: list[Observed]
) -> list[str]:
    """Return the differences in status, number of decisions, and strictest decision."""
    strictest = max(decisions, key=lambda seen: seen.rank, default=None)
    wanted = (expected.action, expected.reason, expected.verdict)
    got = (
        (strictest.action, strictest.reason, strictest.verdict) if strictest else (None, None, None)
    )
    pairs: list[tuple[str, object, object]] = [
        ("status", response.status, expected.status),
        ("decisions", len(decisions), expected.decisions),
        ("acknowledgement", response.headers.get(_ACKNOWLEDGEMENT, ""), expected.acknowledgement),
        *zip(("decision", "reason", "verdict"), got, wanted, strict=True),
    ]
    return [f"{what} is {is_}, expected {should}" for what, is_, should in pairs if is_ != should]


def content_problems(
    scenario: Scenario, response: Response, deliveries: tuple[Delivery, ...]
) -> list[str]:
    """Return the differences in content: the callee's deliveries and the caller's response."""
    expected = scenario.expected
    problems = []
    if bool(deliveries) != expected.delivered:
        problems.append(
            "reached the application" if deliveries else "did not reach the application"
        )
    received = b"\n".join(_plain(delivery) for delivery in deliveries)
    everything = received + response.body
    problems += [
        "the receiver misses a value" for text in expected.sees if text.encode() not in everything
    ]
    problems += [
        "the receiver sees a value it must not"
        for text in expected.never_sees
        if text.encode() in everything
    ]
    if scenario.message.headers.get("content-type", "").endswith("json") and not all(
        _is_json(_plain(delivery)) for delivery in deliveries
    ):
        problems.append("the receiver got broken JSON")
    return problems


def _plain(delivery: Delivery) -> bytes:
    body = gzip.decompress(delivery.body) if delivery.encoding == "gzip" else delivery.body
    return delivery.path.encode() + b"\n" + body


def _is_json(text: bytes) -> bool:
    try:
        json.loads(text.partition(b"\n")[2])
    except ValueError:
        return False
    return True
