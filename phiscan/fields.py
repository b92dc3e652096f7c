"""Says which field of a document holds a finding that no label and no structure explains.

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


def name(kind: MediaKind, data: bytes, evidence: Evidence, embedded: Container[int]) -> None:
    """Give each finding of a document the field that holds it.

    Args:
        kind: what `data` was read as.
        evidence: its findings change in place.
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
    if not unnamed or kind.fields is None:
        return
    evidence.context.check_clock()
    unnamed.sort()
    for (_, number), field in zip(
        unnamed, kind.fields(data, [start for start, _ in unnamed]), strict=True
    ):
        if field:
            found = findings[number]
            within, start, end = found.location
            location = quick(Location, (f"{field}>{within}" if within else field, start, end))
            findings[number] = quick(
                Finding, (*found[:_LOCATION], location, *found[_LOCATION + 1 :])
            )
