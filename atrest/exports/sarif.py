"""The catalogue as SARIF 2.1.0: one result for each infoType in a column or document."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from atrest.catalogue import Entry, Kept, entries
from atrest.exports import sarif_log
from atrest.exports.names import fingerprint, identifier_of, title_of, uri_of
from atrest.exports.sarif_log import Item
from atrest.profile import NAME
from atrest.source import Unlisted
from phiscan.finding import Verdict

FINGERPRINT: Final = "phiguardColumn/v1"


def pieces(
    units: Callable[[], Iterable[Kept]],
    places: Iterable[Unlisted],
    version: str,
    *,
    everything: bool = False,
) -> Iterator[str]:
    """Yield the log.

    Args:
        units: returns what is kept. Called twice: for the results, and for what was not read.
        places: that could not be listed.
        version: the release of phiguard.
        everything: also what is only possible and in few rows.
    """
    used: set[str] = set()

    def results() -> Iterator[Item]:
        for kept in units():
            for entry in entries(kept):
                if everything or entry.is_sure:
                    used.add(entry.info_type)
                    yield _result(entry)

    def rules() -> Iterator[Item]:
        return (sarif_log.rule(name, title_of(name)) for name in sorted(used))

    yield from sarif_log.log(results(), rules, _not_read(units, places), version)


def _result(entry: Entry) -> Item:
    kept = entry.kept
    is_phi = entry.verdict is Verdict.PHI
    location: Item = {"physicalLocation": {"artifactLocation": {"uri": uri_of(kept)}}}
    inside = [part for part in (entry.column, entry.field) if part]
    if inside:
        # a column is a member of its table, a field a property of its document (SARIF 3.33.7)
        kind = "member" if entry.column not in ("", NAME) else "property"
        name = ".".join((kept.name, *inside))
        location["logicalLocations"] = [
            {"name": inside[-1], "fullyQualifiedName": name, "kind": kind}
        ]
    where = f" in {' '.join(inside)}" if inside else ""
    return {
        "ruleId": entry.info_type,
        "level": "error" if is_phi else "note",
        "message": {"text": f"{title_of(entry.info_type)}{where}: {entry.extent}"},
        "locations": [location],
        "partialFingerprints": {FINGERPRINT: fingerprint(entry)},
        "properties": {
            "identifier": identifier_of(entry.info_type) or None,
            "likelihood": entry.likelihood.name,
            "detectors": list(entry.detectors),
            "hits": entry.hits,
            "rowsSeen": entry.seen,
            "storage": kept.protection.stored.value,
        },
    }


def _not_read(units: Callable[[], Iterable[Kept]], places: Iterable[Unlisted]) -> Iterator[Item]:
    for kept in units():
        why = sorted({*kept.profile.unread, *kept.profile.gaps})
        if why:
            yield sarif_log.notification(f"not seen whole: {' '.join(why)}", uri_of(kept))
    for place in places:
        yield sarif_log.notification(f"not listed: {place.reason.value}", uri_of(place))
