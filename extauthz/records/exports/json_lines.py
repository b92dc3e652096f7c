"""JSON lines: the ledger's own lines, so that each still fits its hash."""

from collections.abc import Mapping
from typing import Final

import orjson

from extauthz.records.exports.values import KEYS, LEFT_OUT, Record

PLACES: Final[Mapping[str, str]] = {
    key: f"`{key}`" if key != "worker" else f"{LEFT_OUT}: no key of the line" for key in KEYS
}


def line(record: Record) -> str:
    """Return the line of a decision as it stands in the ledger."""
    return orjson.dumps(record, option=orjson.OPT_SORT_KEYS).decode() + "\n"
