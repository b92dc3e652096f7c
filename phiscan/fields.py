"""Says which field of a document holds a finding or an opaque part in a text.

Detectors, readers of prose and searches for repeats look at texts and know nothing of fields. But
the first question about a finding is where such values come from: which column, which key. So their
findings get the name of the field, in the document's own terms, as `shown_path` shows it. A
document within a text gets the field that holds it before its own path, as in
`message>json_string>PID-5`.

Cost: nothing for a document without such findings. Otherwise one walk up to the last of them.
"""

from collections.abc import Container
from typing import Final

from phiscan.evidence import Evidence
from phiscan.finding import Finding, Location, quick
from phiscan.media_kind import MediaKind

_LOCATION: Final = Finding._fields.index("location")
_WITHIN: Final = ">"
"""What stands between the field of a document and a path within that document."""


def name(kind: MediaKind, data: bytes, evidence: Evidence, embedded: Container[int]) -> None:
    """Give each finding of a document the field that holds it.

    Args:
        kind: what `data` was read as.
        evidence: its findings and its opaque parts change in place.
        embedded: the numbers of the findings in documents that stand in a text of `data`. All other
            findings with a field keep it.

    Raises:
        OutOfTimeError: time is up.
    """
    findings = evidence.findings
    unnamed = [
        (found.location.start, number)
        for number, found in enumerate(findings)
        if (not found.location.field or number in embedded) and found.location.start >= 0
    ]
    # an opaque part within a nested document has a path already
    unnamed += [
        (place.start, -1 - number)
        for number, place in enumerate(evidence.opaque)
        if place.start >= 0 and _WITHIN not in place.field
    ]
    if not unnamed or kind.fields is None:
        return
    evidence.context.check_clock()
    unnamed.sort()
    for (_, number), field in zip(
        unnamed, kind.fields(data, [start for start, _ in unnamed]), strict=True
    ):
        if not field:
            continue
        if number < 0:
            evidence.opaque[-1 - number] = _below(field, evidence.opaque[-1 - number])
            continue
        found = findings[number]
        location = _below(field, found.location)
        findings[number] = quick(Finding, (*found[:_LOCATION], location, *found[_LOCATION + 1 :]))


def _below(field: str, place: Location) -> Location:
    """The location with the field before its own path."""
    within, start, end = place
    return quick(Location, (f"{field}{_WITHIN}{within}" if within else field, start, end))
