r"""Syslog (RFC 5424) with structured data for SIEMs: one line a record.

    <PRI>1 TIME - phiguard WORKER REASON [phiguard@32473 key="value" ...] DECISION REASON

In a value `"`, `\` and `]` are escaped by `\` (section 6.3.3). A list is the same key several
times.
"""

import re
from collections.abc import Mapping
from typing import Final

from extauthz.records import ledger_time
from extauthz.records.exports.values import (
    KEYS,
    SUMMED,
    Record,
    flat,
    is_in_force,
    is_refused_canary,
    moment,
    shown,
    words,
)

# 32473 is the enterprise number that RFC 5612 keeps for examples: phiguard has none of its own.
ELEMENT: Final = "phiguard@32473"
_AUDIT: Final = 13  # the facility "log audit"
_WARNING, _NOTICE, _INFORMATIONAL = 4, 5, 6
_HEAD: Final = {"time": "TIMESTAMP", "worker": "PROCID", "reason": "MSGID, and `reason`"}
_OWN: Final = tuple(key for key in KEYS if key not in {"kind", "time", "worker"})
PLACES: Final[Mapping[str, str]] = {
    **{key: f"`{key}`" for key in _OWN},
    **_HEAD,
    "kind": SUMMED,
}
# a MSGID, section 6: matches "MINIMUM_NECESSARY"; not "", not "NO PHI"
_WORD: Final = re.compile(r"[!-~]{1,32}")


def line(record: Record) -> str:
    """Return the line of one decision."""
    at = moment(record)
    time = "-" if at is None else ledger_time.written(at)
    head = (
        f"<{_AUDIT * 8 + severity(record)}>1",
        time,
        "-",
        "phiguard",
        _word(record.get("worker")),
        _word(record.get("reason")),
    )
    fields = [f'{key}="{_escaped(word)}"' for key in _OWN for word in words(record.get(key))]
    data = " ".join((ELEMENT, *fields))
    said = f"{_word(record.get('decision'))} {_word(record.get('reason'))}"
    return f"{' '.join(head)} [{data}] {said}\n"


def severity(record: Record) -> int:
    """Return the severity of RFC 5424.

    6 for what is allowed and for a canary that was refused, 4 for what passed against a rule.
    """
    action = shown(record.get("decision"))
    if action == "ALLOW" or is_refused_canary(record):
        return _INFORMATIONAL
    return _NOTICE if action in {"REDACT", "DENY"} and is_in_force(record) else _WARNING


def _word(value: object) -> str:
    text = shown(value)
    return text if _WORD.fullmatch(text) else "-"


def _escaped(text: str) -> str:
    return re.sub(r'["\\\]]', r"\\\g<0>", flat(text))
