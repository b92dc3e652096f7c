"""OpenTelemetry logs as OTLP/JSON: one `LogsData` a line, as the Collector's file exporter writes.

A decision is an event, `phiguard.decision`, with the attribute names of the spans. A summary of
decisions is `phiguard.decision_summary`. The receiver `otlpjsonfile` of the Collector reads the
lines.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from extauthz.records.exports.values import (
    LEFT_OUT,
    Record,
    counts,
    is_refused_canary,
    json_line,
    nanoseconds,
    number,
    shown,
    words,
)
from extauthz.records.release import VERSION
from extauthz.records.summaries import KIND as SUMMARY

EVENT: Final = "phiguard.decision"
SUMMARY_EVENT: Final = "phiguard.decision_summary"
_TEXT, _TEXTS, _NUMBER, _FLAG, _COUNTS, _AUDITS = range(6)
_ATTRIBUTES: Final = {
    "schema": ("phiguard.record.schema", _NUMBER),
    "id": ("phiguard.decision_id", _TEXT),
    "exchange": ("phiguard.exchange_id", _TEXT),
    "piece": ("phiguard.piece", _NUMBER),
    "decision": ("phiguard.decision", _TEXT),
    "enforced": ("phiguard.enforced", _FLAG),
    "observed": ("phiguard.observed", _FLAG),
    "reason": ("phiguard.reason", _TEXT),
    "verdict": ("phiguard.verdict", _TEXT),
    "coverage": ("phiguard.coverage", _TEXT),
    "gap": ("phiguard.gap", _TEXT),
    "media": ("phiguard.media", _TEXT),
    "parts": ("phiguard.media.parts", _TEXTS),
    "opaque": ("phiguard.opaque", _NUMBER),
    "identifiers": ("phiguard.identifiers", _TEXTS),
    "infoTypes": ("phiguard.info_type.counts", _COUNTS),
    "tipped": ("phiguard.tipped", _TEXTS),
    "rules": ("phiguard.rules", _TEXTS),
    "audits": ("phiguard.audits", _AUDITS),
    "policy": ("phiguard.policy.digest", _TEXT),
    "source": ("phiguard.source", _TEXT),
    "destination": ("phiguard.destination", _TEXT),
    "service": ("phiguard.service", _TEXT),
    "caller": ("phiguard.caller", _TEXT),
    "mtls": ("phiguard.mtls", _FLAG),
    "direction": ("phiguard.direction", _TEXT),
    "vantage": ("phiguard.vantage", _TEXT),
    "protocol": ("phiguard.protocol", _TEXT),
    "messageType": ("phiguard.message_type", _TEXT),
    "asked": ("phiguard.asked", _TEXT),
    "worker": ("phiguard.ledger.worker", _NUMBER),
    "seq": ("phiguard.ledger.seq", _NUMBER),
    "prev": ("phiguard.ledger.prev", _TEXT),
    "hash": ("phiguard.ledger.hash", _TEXT),
    "count": ("phiguard.summary.count", _NUMBER),
    "bytes": ("phiguard.summary.bytes", _NUMBER),
    "from": ("phiguard.summary.from", _TEXT),
    "to": ("phiguard.summary.to", _TEXT),
}
PLACES: Final[Mapping[str, str]] = {
    **{key: f"`{name}`" for key, (name, _) in _ATTRIBUTES.items()},
    "time": "`timeUnixNano`",
    "trace": "`traceId`",
    "kind": f"{LEFT_OUT}: the event's name says it",
}
_INFO, _WARN = (9, "INFO"), (13, "WARN")
# matches 32 digits; not the 16 of a span, not the zeros of no trace
_TRACE: Final = re.compile(r"(?!0{32})[0-9a-f]{32}")


def line(record: Record) -> str:
    """Return the line of one decision."""
    level, name = _level(record)
    time = str(nanoseconds(record))
    log: dict[str, Any] = {
        "timeUnixNano": time,
        "observedTimeUnixNano": time,
        "severityNumber": level,
        "severityText": name,
        "eventName": SUMMARY_EVENT if record.get("kind") == SUMMARY else EVENT,
        "attributes": list(_attributes(record)),
    }
    trace = shown(record.get("trace"))
    if _TRACE.fullmatch(trace):
        log["traceId"] = trace
    scope = {"scope": {"name": "phiguard", "version": VERSION}, "logRecords": [log]}
    resource = {"attributes": [_pair("service.name", {"stringValue": "phiguard"})]}
    data = {"resourceLogs": [{"resource": resource, "scopeLogs": [scope]}]}
    return json_line(data)


def _level(record: Record) -> tuple[int, str]:
    is_usual = shown(record.get("decision")) == "ALLOW" or is_refused_canary(record)
    return _INFO if is_usual else _WARN


def _attributes(record: Record) -> list[dict[str, Any]]:
    found = []
    for key, (name, kind) in _ATTRIBUTES.items():
        value = record.get(key)
        if value is None or value == "":
            continue  # not known is no attribute
        found.append(_pair(name, _any_value(value, kind)))
    return found


def _any_value(value: object, kind: int) -> dict[str, Any]:
    """Return an `AnyValue` of OTLP. A value of another type than its key has becomes text."""
    if kind == _FLAG and isinstance(value, bool):
        return {"boolValue": value}
    if kind == _NUMBER and number(value) == value and not isinstance(value, bool):
        return {"intValue": str(value)}
    if kind == _COUNTS and isinstance(value, dict):
        pairs = [_pair(name, {"intValue": str(n)}) for name, n in counts(value).items()]
        return {"kvlistValue": {"values": pairs}}
    if kind == _AUDITS and isinstance(value, dict):
        return _texts([f"{shown(action)} {name}" for name, action in sorted(value.items())])
    return _texts(words(value)) if kind == _TEXTS else {"stringValue": shown(value)}


def _texts(texts: list[str]) -> dict[str, Any]:
    return {"arrayValue": {"values": [{"stringValue": text} for text in texts]}}


def _pair(name: str, value: dict[str, Any]) -> dict[str, Any]:
    return {"key": name, "value": value}
