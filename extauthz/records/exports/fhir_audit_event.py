"""FHIR R4 AuditEvent for audit repositories: one resource a line.

The shape is that of IHE BALP's authorization decision: a security alert, executed, with a client,
an authorizer and what was asked for. It claims no profile of BALP: they ask for the patient and the
consent, and a ledger knows neither. No entity is a patient.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from extauthz.records.exports.values import (
    KEYS,
    LEFT_OUT,
    Record,
    is_in_force,
    is_present,
    json_line,
    moment,
    shown,
)
from extauthz.records.release import VERSION

_DCM: Final = "http://dicom.nema.org/resources/ontology/DCM"
_SUBTYPE: Final = "https://profiles.ihe.net/ITI/BALP/CodeSystem/AuthZsubType"
_ROLES: Final = "http://terminology.hl7.org/CodeSystem/extra-security-role-type"
_SOURCE: Final = "http://terminology.hl7.org/CodeSystem/security-source-type"
_SUCCESS, _MINOR, _SERIOUS = "0", "4", "8"  # http://hl7.org/fhir/audit-event-outcome
_MAPPED: Final = {
    "time": "`recorded`",
    "id": "`entity.what.identifier.value`",
    "decision": "`outcome`: 0 passed, 4 masked, 8 denied; in words in `entity.detail`",
    "reason": "`outcomeDesc`",
    "source": "`agent[0].who.identifier.value`",
    "destination": "`agent[1].who.identifier.value`",
    "service": "`agent[1].name`",
    "policy": "`entity.detail`; `agent[2].policy`, as `urn:phiguard:policy:DIGEST`",
    "worker": "`source.observer.display`",
    "from": "`period.start`",
    "to": "`period.end`",
    "kind": f"{LEFT_OUT}: the type says it",
}
_DETAILS: Final = tuple(k for k in KEYS if k not in _MAPPED or k in {"decision", "policy"})
PLACES: Final[Mapping[str, str]] = {**dict.fromkeys(_DETAILS, "`entity.detail`"), **_MAPPED}
# what FHIR's `string` cannot hold: matches NUL and ESC; not tab, line feed, carriage return
_ILLEGAL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
# what FHIR's `uri` cannot hold here: matches "a b"; not "9212d0"
_DIGEST: Final = re.compile(r"[0-9A-Za-z]+")
_NO_TIME: Final = "1970-01-01T00:00:00Z"


def line(record: Record) -> str:
    """Return the line of one decision."""
    return json_line(event(record))


def event(record: Record) -> dict[str, Any]:
    """Return the AuditEvent of one decision."""
    at = moment(record)
    found = {
        "resourceType": "AuditEvent",
        "type": {"system": _DCM, "code": "110113", "display": "Security Alert"},
        "subtype": [{"system": _SUBTYPE, "code": "AuthZ-Role"}],
        "action": "E",
        "recorded": _NO_TIME if at is None else _instant(at),
        "outcome": _outcome(record),
        "agent": [_client(record), _receiver(record), _authorizer(record)],
        "source": {
            "observer": {"display": _text(f"phiguard worker {shown(record.get('worker'))}")},
            "type": [{"system": _SOURCE, "code": "6", "display": "Security Server"}],
        },
        "entity": [_entity(record)],
    }
    if period := _period(record):
        found["period"] = period
    if reason := _text(shown(record.get("reason"))):
        found["outcomeDesc"] = reason
    return found


def _period(record: Record) -> dict[str, str]:
    """Return when the decisions of a summary were made."""
    times = {name: moment(record, key) for key, name in (("from", "start"), ("to", "end"))}
    return {name: _instant(at) for name, at in times.items() if at is not None}


def _instant(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def _outcome(record: Record) -> str:
    action = shown(record.get("decision"))
    if action not in {"DENY", "REDACT"} or not is_in_force(record):
        return _SUCCESS
    return _SERIOUS if action == "DENY" else _MINOR


def _client(record: Record) -> dict[str, Any]:
    return {
        "type": _coded(_DCM, "110150", "Application"),
        "who": _who(record.get("source")),
        "requestor": True,
    }


def _receiver(record: Record) -> dict[str, Any]:
    found = {
        "type": _coded(_DCM, "110152", "Destination Role ID"),
        "who": _who(record.get("destination")),
        "requestor": False,
    }
    if service := _text(shown(record.get("service"))):
        found["name"] = service
    return found


def _authorizer(record: Record) -> dict[str, Any]:
    found = {
        "type": _coded(_ROLES, "authserver", "authorization server"),
        "who": {"display": f"phiguard {VERSION}"},
        "requestor": False,
    }
    policy = shown(record.get("policy"))
    if _DIGEST.fullmatch(policy):
        found["policy"] = [f"urn:phiguard:policy:{policy}"]
    return found


def _entity(record: Record) -> dict[str, Any]:
    details = [
        {"type": key, "valueString": text}
        for key in _DETAILS
        if is_present(record.get(key)) and (text := _text(shown(record.get(key))))
    ]
    found: dict[str, Any] = {"description": "A message in the mesh", "detail": details}
    if own := _text(shown(record.get("id"))):
        found["what"] = {"identifier": {"value": own}}
    return found


def _who(principal: object) -> dict[str, Any]:
    text = _text(shown(principal))
    return {"identifier": {"value": text}} if text else {"display": "unknown"}


def _coded(system: str, code: str, display: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code, "display": display}]}


def _text(text: str) -> str:
    """Return a text as FHIR's `string`: not blank, and without most control characters."""
    kept = _ILLEGAL.sub("\ufffd", text)
    return kept if kept.strip() else ""
