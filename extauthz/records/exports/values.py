"""Values of a ledger record, read without trust in their types."""

import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import orjson

Record = Mapping[str, Any]
LEFT_OUT: Final = "left out"

KEYS: Final = tuple(
    "schema kind time id exchange piece decision enforced observed reason verdict coverage gap"
    " media parts opaque identifiers infoTypes tipped rules audits policy source destination"
    " service caller mtls direction vantage protocol messageType trace worker seq prev hash count"
    " bytes from to asked".split()
)
"""Every key of a decision or a summary, and `worker`, which the name of the ledger's file says."""
SUMMED: Final = "left out: a summary has a `count`"

_CANARY: Final = "CANARY"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
# nanoseconds since 1970 fit in 64 bits until then
_LAST: Final = datetime(2262, 1, 1, tzinfo=UTC)
# Cc are the control characters with every line end of ASCII and C1; Zl and Zp end a line too
_COMMANDS: Final = frozenset({"Cc", "Zl", "Zp"})


def shown(value: object) -> str:
    """Return a value as text: `true`, `A C` for a list, `URL:2` for a count, empty for none."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return " ".join(map(shown, value))
    if isinstance(value, dict):
        return " ".join(f"{name}:{shown(count)}" for name, count in sorted(value.items()))
    return str(value)


def words(value: object) -> list[str]:
    """Return the texts of a list, `URL:2` for each count of a mapping, or the one text."""
    if isinstance(value, list):
        return [shown(each) for each in value]
    if isinstance(value, dict):
        return [f"{name}:{shown(count)}" for name, count in sorted(value.items())]
    return [] if value is None or value == "" else [shown(value)]


def flat(text: str) -> str:
    """Return a text without what commands a terminal or ends a line: each becomes U+FFFD."""
    return "".join("\ufffd" if unicodedata.category(c) in _COMMANDS else c for c in text)


def json_line(value: object) -> str:
    """Return a value as one line of JSON, for readers that end a line at more than a line feed.

    JSON writes the control characters of ASCII escaped, but not these three.
    """
    text = orjson.dumps(value).decode()
    for end in ("\x85", "\u2028", "\u2029"):
        text = text.replace(end, f"\\u{ord(end):04x}")
    return text + "\n"


def number(value: object) -> int:
    """Return a whole number that fits in 64 bits, or 0."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63:
        return value
    return 0


def counts(value: object) -> dict[str, int]:
    """Return a mapping of names to counts; empty for anything else."""
    if not isinstance(value, dict):
        return {}
    return {str(name): number(count) for name, count in sorted(value.items())}


def moment(record: Record, key: str = "time") -> datetime | None:
    """Return a time of a record, or None when it is no time between 1970 and 2261."""
    try:
        found = datetime.fromisoformat(shown(record.get(key)))
        utc = found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return utc if found.tzinfo and _EPOCH <= utc < _LAST else None


def nanoseconds(record: Record, key: str = "time") -> int:
    """Return a time of a record in nanoseconds since 1970; 0 when it has none."""
    found = moment(record, key)
    if found is None:
        return 0
    since = found - _EPOCH
    return ((since.days * 86400 + since.seconds) * 1_000_000 + since.microseconds) * 1000


def is_in_force(record: Record) -> bool:
    """Whether the mesh did what the decision says: it was enforced, and Envoy waited for it."""
    return record.get("enforced") is True and record.get("observed") is not True


def is_refused_canary(record: Record) -> bool:
    """Whether the guard refused a canary: no person's PHI, and nothing to look into."""
    return shown(record.get("reason")) == _CANARY and is_in_force(record)


def is_present(value: object) -> bool:
    """Whether a value says something: it is not None and not empty."""
    return value is not None and value not in ("", [], {})
