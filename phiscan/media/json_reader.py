"""JSON documents: FHIR resources by their elements, everything else by its keys."""

import orjson

from phiscan.evidence import Evidence
from phiscan.finding import Gap
from phiscan.labels import read_label
from phiscan.media import fhir, fhir_tables
from phiscan.media.json_tokens import Frame, Leaf, TooDeepError, decode, leaves
from phiscan.media.record import Labelled, read_records

_MAX_KEYS = 20_000


class _Wanted:
    """Whether a key is worth a leaf. Remembers the answers, up to a bound: a process sees the same keys all day."""

    def __init__(self) -> None:
        self._answers: dict[str, bool] = {}

    def __call__(self, key: str) -> bool:
        answer = self._answers.get(key)
        if answer is None:
            answer = key in fhir_tables.WANTED or read_label(key).rule is not None
            if len(self._answers) < _MAX_KEYS:
                self._answers[key] = answer
        return answer


_WANTED = _Wanted()


def valid(data: bytes) -> bool:
    """Whether `data` is one JSON document (RFC 8259), or one on each line (NDJSON)."""
    try:
        orjson.loads(data)
    except orjson.JSONDecodeError:
        return b"\n" in data.strip() and all(_valid_line(line) for line in data.splitlines() if line.strip())
    return True


def _valid_line(line: bytes) -> bool:
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return True


def read(data: bytes, evidence: Evidence) -> Gap:
    """Add what the keys of `data` say to `evidence`; a gap when not all of it could be read."""
    held: list[Leaf] = []
    try:
        for item in leaves(data, _WANTED):
            if isinstance(item, Leaf):
                held.append(item)
            elif item.resource in fhir_tables.RESOURCES:
                _resource(data, evidence, item, held)
    except TooDeepError:
        return Gap.OVER_LIMIT
    read_records((_labelled(data, leaf) for leaf in held), evidence, "json_key")
    return Gap.NONE if valid(data) else Gap.MALFORMED


def _resource(data: bytes, evidence: Evidence, frame: Frame, held: list[Leaf]) -> None:
    """Read a resource that has just closed: its leaves are the last ones held."""
    first = len(held)
    while first and held[first - 1].start > frame.start:
        first -= 1
    own = held[first:]
    del held[first:]
    depth = own[0].frames.index(frame) if own else 0
    fhir.ResourceReader(data, evidence, fhir.Resource(frame.resource, frame, depth, own)).read()


def _labelled(data: bytes, leaf: Leaf) -> Labelled:
    keys = leaf.keys(0)
    return Labelled(keys, decode(data[leaf.start : leaf.end]), leaf.start, leaf.end, id(leaf.frames[-1]))
