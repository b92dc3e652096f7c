"""OCSF 1.8.0 for data lakes and SIEMs: HTTP Activity for each decision, a finding beside it.

A decision that alerts, redacts or denies, and in which identifiers were found, is also a Data
Security Finding. A canary that was refused is none: its record is synthetic. A summary of decisions
is an HTTP Activity with a `count`. What OCSF has no attribute for stands in `unmapped`, under the
key of the ledger.
"""

from collections.abc import Mapping
from typing import Any, Final

from extauthz.records.exports.values import (
    KEYS,
    LEFT_OUT,
    Record,
    counts,
    is_in_force,
    is_present,
    is_refused_canary,
    json_line,
    nanoseconds,
    number,
    shown,
    words,
)
from extauthz.records.release import VERSION

OCSF: Final = "1.8.0"
HTTP_ACTIVITY: Final = 4002
DATA_SECURITY_FINDING: Final = 2006

_MAPPED: Final = {
    "time": "`time`, in milliseconds",
    "id": "`metadata.uid`; with `-finding` for a finding; `finding_info.uid`",
    "count": "`count`",
    "from": "`start_time`, in milliseconds",
    "to": "`end_time`, in milliseconds",
    "exchange": "`metadata.correlation_uid`",
    "seq": "`metadata.sequence`",
    "reason": "`metadata.event_code`, `status_detail`",
    "decision": "`action_id`, `disposition_id`, `severity_id`; in words in `action`",
    "rules": "`firewall_rule.name`, with spaces between",
    "policy": "`policy.uid`; `data_security.policy.uid`",
    "enforced": "`policy.is_applied`",
    "source": "`src_endpoint.name`",
    "destination": "`dst_endpoint.name`",
    "service": "`dst_endpoint.svc_name`",
    "vantage": "`observation_point_id`: 1 source, 2 destination",
    "trace": "`trace.uid`",
    "kind": f"{LEFT_OUT}: the class says it",
}
_PERIOD: Final = {"from": "start_time", "to": "end_time"}
_REST: Final = tuple(key for key in KEYS if key not in _MAPPED)
PLACES: Final[Mapping[str, str]] = {**_MAPPED, **{key: f"`unmapped.{key}`" for key in _REST}}

_UNKNOWN: Final = 0
_ALLOWED, _DENIED, _OBSERVED, _MODIFIED = 1, 2, 3, 4  # action_id
_BLOCKED, _CORRECTED, _DETECTED, _ALERT, _ERROR = 2, 11, 15, 19, 27  # disposition_id
_ACTIONS: Final = {
    "ALLOW": (_ALLOWED, _ALLOWED),
    "ALERT": (_ALLOWED, _ALERT),
    "REDACT": (_MODIFIED, _CORRECTED),
    "DENY": (_DENIED, _BLOCKED),
}
# the guard could not do its work: no rule denied the message
_OWN_FAILURES: Final = frozenset(
    (
        "NO_POLICY OUT_OF_TIME OVERLOADED DRAINING LEDGER_UNAVAILABLE SCANNER_LOST ABORTED "
        "INTERNAL_ERROR"
    ).split()
)
_INFORMATIONAL, _LOW, _MEDIUM, _HIGH = 1, 2, 3, 4  # severity_id
_SEVERITIES: Final = {"ALLOW": _INFORMATIONAL, "REDACT": _LOW, "ALERT": _MEDIUM, "DENY": _MEDIUM}
_VANTAGES: Final = {"outbound": 1, "inbound": 2}
_TITLES: Final = {"ALERT": "PHI passed", "REDACT": "PHI was masked", "DENY": "PHI was denied"}


def lines(record: Record) -> str:
    """Return one line, or two when the decision is a finding too."""
    return "".join(json_line(event) for event in events(record))


def events(record: Record) -> list[dict[str, Any]]:
    """Return the events of one decision."""
    found = [_http_activity(record)]
    is_eventful = shown(record.get("decision")) in _TITLES and not is_refused_canary(record)
    if is_eventful and (is_present(record.get("identifiers")) or record.get("infoTypes")):
        found.append(_finding(record))
    return found


def _http_activity(record: Record) -> dict[str, Any]:
    denied = _action(record)[0] == _DENIED
    event = {
        **_common(record, HTTP_ACTIVITY, "HTTP Activity", _UNKNOWN),
        "category_uid": 4,
        "status_id": 2 if denied else 1,
        # the class asks for a request or a response; of both, the ledger knows this id alone
        "http_request": {"uid": shown(record.get("exchange")) or _uid(record)},
        "observation_point_id": _VANTAGES.get(shown(record.get("vantage")), _UNKNOWN),
        "unmapped": {key: record[key] for key in _REST if record.get(key) is not None},
    }
    if trace := shown(record.get("trace")):
        event["trace"] = {"uid": trace}
        event["metadata"]["profiles"].append("trace")
    return event


def _finding(record: Record) -> dict[str, Any]:
    event = _common(record, DATA_SECURITY_FINDING, "Data Security Finding", 1)
    own, action = shown(record.get("id")), shown(record.get("decision"))
    info_types = counts(record.get("infoTypes"))
    event["metadata"]["uid"] = f"{own}-finding"
    security: dict[str, Any] = {
        "category_id": 1,  # personal
        "data_lifecycle_state_id": 2,  # in transit
        "detection_system_id": 10,  # application-level DLP
        "discovery_details": [{"type": n, "count": _int32(c)} for n, c in info_types.items()],
        "total": _int32(sum(info_types.values())),
    }
    if policy := shown(record.get("policy")):
        security["policy"] = {"uid": policy}
    passed = " (not enforced)" * (not is_in_force(record))
    return {
        **event,
        "category_uid": 2,
        "status_id": 1,  # new
        "is_alert": True,
        "data_security": security,
        "finding_info": {
            "uid": own,
            "title": _TITLES[action] + passed,
            "types": words(record.get("identifiers")),
            "created_time": event["time"],
            "related_events": [{"uid": own, "type_uid": HTTP_ACTIVITY * 100}],
        },
    }


def _common(record: Record, class_uid: int, name: str, activity: int) -> dict[str, Any]:
    """Return what both classes share."""
    action_id, disposition_id = _action(record)
    reason = shown(record.get("reason"))
    event: dict[str, Any] = {
        "class_uid": class_uid,
        "class_name": name,
        "activity_id": activity,
        "type_uid": class_uid * 100 + activity,
        "time": nanoseconds(record) // 1_000_000,
        "severity_id": _severity(record),
        "action_id": action_id,
        "action": shown(record.get("decision")),
        "disposition_id": disposition_id,
        "status_detail": reason,
        "metadata": {
            "version": OCSF,
            "product": {"name": "phiguard", "vendor_name": "phiguard", "version": VERSION},
            "profiles": ["security_control"],
            "uid": _uid(record),
            "event_code": reason,
            "sequence": _int32(number(record.get("seq"))),
        },
    }
    if exchange := shown(record.get("exchange")):
        event["metadata"]["correlation_uid"] = exchange
    if policy := shown(record.get("policy")):
        event["policy"] = {"uid": policy, "is_applied": record.get("enforced") is True}
    if rules := shown(record.get("rules")):
        event["firewall_rule"] = {"name": rules}
    if record.get("count") is not None:
        event["count"] = _int32(number(record.get("count")))
    for key, attribute in _PERIOD.items():
        if record.get(key) is not None:
            event[attribute] = nanoseconds(record, key) // 1_000_000
    return event | _endpoints(record)


def _uid(record: Record) -> str:
    """Return the id of a record. A summary has none but its hash."""
    return shown(record.get("id")) or shown(record.get("hash"))


def _endpoints(record: Record) -> dict[str, Any]:
    source, destination = shown(record.get("source")), shown(record.get("destination"))
    target = {"name": destination, "svc_name": shown(record.get("service"))}
    target = {name: value for name, value in target.items() if value}
    return ({"src_endpoint": {"name": source}} if source else {}) | (
        {"dst_endpoint": target} if target else {}
    )


def _action(record: Record) -> tuple[int, int]:
    """Return `action_id` and `disposition_id`: what the mesh did."""
    action = shown(record.get("decision"))
    if action in {"DENY", "REDACT"} and not is_in_force(record):
        return _OBSERVED, _DETECTED
    if action == "DENY" and shown(record.get("reason")) in _OWN_FAILURES:
        return _DENIED, _ERROR
    return _ACTIONS.get(action, (_UNKNOWN, _UNKNOWN))


def _severity(record: Record) -> int:
    action = shown(record.get("decision"))
    if action == "DENY" and not is_in_force(record):
        return _HIGH
    if is_refused_canary(record):
        return _INFORMATIONAL
    return _SEVERITIES.get(action, _UNKNOWN)


def _int32(value: int) -> int:
    """Return a count as OCSF's `integer_t`. A larger one is shown as the largest."""
    return max(-(2**31), min(value, 2**31 - 1))
