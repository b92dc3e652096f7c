"""A SARIF 2.1.0 log (OASIS), written while its results come.

The results stand before the tool that found them: which rules it has is known only when all
results were written. JSON gives the order of keys no meaning.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

import orjson

_SCHEMA: Final = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
Item = dict[str, Any]


def log(
    results: Iterable[Item],
    rules: Callable[[], Iterable[Item]],
    notifications: Iterable[Item],
    version: str,
) -> Iterator[str]:
    """Yield one log with one run.

    Args:
        results: what was found.
        rules: returns the rules of the results. Called when all of them were written.
        notifications: what was not seen whole, or not at all.
        version: the release of phiguard.
    """
    yield f'{{"$schema":{_json(_SCHEMA)},"version":"2.1.0","runs":[{{"results":['
    yield from _items(results)
    driver = {"name": "phiguard", "version": version, "rules": list(rules())}
    yield f'],\n"tool":{_json({"driver": driver})},\n"invocations":[{{'
    yield '"executionSuccessful":true,"toolExecutionNotifications":['
    yield from _items(notifications)
    yield "]}]}]}\n"


def rule(info_type: str, title: str) -> Item:
    """Return the rule of an infoType."""
    return {"id": info_type, "shortDescription": {"text": title}}


def notification(text: str, uri: str) -> Item:
    """Return a warning on one artifact."""
    return {
        "level": "warning",
        "message": {"text": text},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": uri}}}],
    }


def _items(found: Iterable[Item]) -> Iterator[str]:
    end = "\n"
    for item in found:
        yield end + _json(item)
        end = ",\n"


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
