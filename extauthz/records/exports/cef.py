r"""Common Event Format (CEF 0) for SIEMs: one line a record.

    CEF:0|phiguard|phiguard|VERSION|REASON|DECISION|SEVERITY|key=value key=value

In the head `\` and `|` are escaped by `\`, in a value `\` and `=`. No value holds a line end.
"""

from collections.abc import Mapping
from typing import Final

from extauthz.records.exports.values import (
    KEYS,
    SUMMED,
    Record,
    flat,
    is_in_force,
    is_present,
    is_refused_canary,
    nanoseconds,
    shown,
)
from extauthz.records.release import VERSION

# keys of CEF's own dictionary; a key that it lacks gets the maker's name before it
_NAMES: Final = {
    "id": "externalId",
    "decision": "act",
    "source": "suser",
    "destination": "duser",
    "service": "dhost",
    "caller": "dvchost",
    "count": "cnt",
}
_TIMES: Final = {"from": "start", "to": "end"}
_HEAD: Final = {"reason": "the head's event class", "time": "`rt`, in milliseconds"}
_OWN: Final = tuple(k for k in KEYS if k not in {*_NAMES, *_HEAD, *_TIMES, "kind", "vantage"})
PLACES: Final[Mapping[str, str]] = {
    **{key: f"`phiguard{key[0].upper()}{key[1:]}`" for key in _OWN},
    **{key: f"`{name}`" for key, name in _NAMES.items()},
    **{key: f"`{name}`, in milliseconds" for key, name in _TIMES.items()},
    **_HEAD,
    "vantage": "`deviceDirection`: 0 inbound, 1 outbound",
    "kind": SUMMED,
}
_DIRECTIONS: Final = {"inbound": "0", "outbound": "1"}
_SEVERITIES: Final = {"ALLOW": 1, "REDACT": 4, "ALERT": 6, "DENY": 6}
_CANARY: Final = 1
_PASSED: Final = 8
"""What the policy denies or masks, and the mesh let pass."""


def line(record: Record) -> str:
    """Return the line of one decision."""
    head = ("CEF:0", "phiguard", "phiguard", VERSION, record.get("reason"), record.get("decision"))
    fields = [f"rt={nanoseconds(record) // 1_000_000}"]
    for key in (*_NAMES, *_TIMES, "vantage", *_OWN):
        value = record.get(key)
        if is_present(value):
            fields.append(f"{_name(key)}={_value(record, key)}")
    names = "|".join(_in_head(shown(part)) for part in head)
    return f"{names}|{severity(record)}|{' '.join(fields)}\n"


def severity(record: Record) -> int:
    """Return 0 to 10, as CEF counts."""
    action = shown(record.get("decision"))
    if action in {"REDACT", "DENY"} and not is_in_force(record):
        return _PASSED
    if is_refused_canary(record):
        return _CANARY
    return _SEVERITIES.get(action, _PASSED)


def _name(key: str) -> str:
    if key == "vantage":
        return "deviceDirection"
    return _NAMES.get(key) or _TIMES.get(key) or f"phiguard{key[0].upper()}{key[1:]}"


def _value(record: Record, key: str) -> str:
    text = shown(record.get(key))
    if key in _TIMES:
        return str(nanoseconds(record, key) // 1_000_000)
    if key == "vantage":
        text = _DIRECTIONS.get(text, text)  # a forged one is shown
    return flat(text).replace("\\", "\\\\").replace("=", "\\=")


def _in_head(text: str) -> str:
    return flat(text).replace("\\", "\\\\").replace("|", "\\|")
