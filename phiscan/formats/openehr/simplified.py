"""openEHR's simplified formats: FLAT and STRUCTURED, with paths of a web template as keys.

    {"ctx/language": "en", "vitals/body_weight:0/any_event:0/weight|magnitude": 71.5}
    {"ctx": {"language": "en"}, "vitals": {"body_weight": [{"weight": [{"|magnitude": 71.5}]}]}}

A key is a path of node names and an attribute behind `|`. Nodes that begin with `_`, and a few
others, are attributes of the Reference Model. The other names are words of the template. Both
formats become the same paths.

https://specifications.openehr.org/releases/ITS-REST/development/simplified_formats.html
"""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from phiscan.evidence import Evidence, shown_path
from phiscan.finding import Location, Subject
from phiscan.formats.openehr import tables
from phiscan.formats.openehr.dates import is_date
from phiscan.labelled.records import Labelled, read_records
from phiscan.syntax.json_places import decode
from phiscan.syntax.json_walk import Frame, Leaf
from phiscan.words.labels import is_masked, read_label

_DETECTOR: Final = "openehr_path"
_OF_CONTEXT: Final = (
    "language territory composer_name composer_id composer_self time id_namespace id_scheme "
    "health_care_facility participation_name setting category history_origin".split()
)
_ATTRIBUTES: Final = "magnitude unit code terminology ordinal numerator formalism mediatype"
SIGNS: Final = (
    # matches `"ctx/language":`; not `"ctx/id":`
    rf'"ctx/(?:{"|".join(_OF_CONTEXT)})',
    # matches `"ctx": {"language":`; not `"ctx": {"id":`
    rf'"ctx"\s*:\s*\{{\s*"(?:{"|".join(_OF_CONTEXT)})',
    # matches `weight|magnitude":` and `"|code":`; not `"a|b":`
    rf'\|(?:{_ATTRIBUTES.replace(" ", "|")})"\s*:',
    # matches `"report/context/start_time":`; not `"start_time":`
    r'/(?:context/_?(?:start|end)_time|composer\|name)"\s*:',
)
"""Hyperscan expressions, one of which occurs in each such document."""
_SIGN: Final = re.compile("|".join(SIGNS).encode())
_INDEX: Final = re.compile(r":\d{1,6}\Z")  # matches ":0" of "any_event:0"; not "event0"
_PARTIES: Final = {
    "subject": Subject.PATIENT,
    **dict.fromkeys(
        "composer health_care_facility provider participation performer location committer "
        "other_participation".split(),
        Subject.PROVIDER,
    ),
}
"""Nodes that are a party, without the `_` before them."""
_OF_CTX: Final = {
    "subject_name": "PERSON_NAME", "subject_id": "PATIENT_REFERENCE",
    "time": "SERVICE_DATE", "end_time": "SERVICE_DATE", "start_time": "SERVICE_DATE",
    "history_origin": "SERVICE_DATE", "action_time": "SERVICE_DATE",
    "activity_timing": "SERVICE_DATE", "action_to_instruction_time": "SERVICE_DATE",
}  # fmt: skip
"""Keys of the context that identify the patient."""
_AROUND: Final = frozenset("composition result data body payload".split())
"""Keys of bodies that hold a composition."""
_NEAR: Final = 3
"""Nodes around a value whose names are read."""


class _Path(NamedTuple):
    """A path: its nodes without numbers, and the attribute behind `|`, or ""."""

    nodes: tuple[str, ...]
    attribute: str


def take(data: bytes, evidence: Evidence, leaves: Sequence[Leaf]) -> list[Leaf]:
    """Add what the paths of a simplified composition say, and return the leaves outside it."""
    if not leaves or _SIGN.search(data) is None:
        return list(leaves)
    compositions = _Compositions(leaves)
    rest: list[Leaf] = []
    reader = _Reader(evidence)
    for leaf in evidence.context.timed(leaves):
        if compositions.hold(leaf.frame):
            reader.take(_path(leaf), decode(data[leaf.start : leaf.end]), leaf)
        else:
            rest.append(leaf)
    reader.finish(compositions.found)
    return rest


class _Compositions:
    """The objects of a document that are a composition, or hold one."""

    def __init__(self, leaves: Sequence[Leaf]) -> None:
        self._known: dict[int, bool] = {}
        self.found: list[Frame] = []
        for leaf in leaves:
            frame = _shown_by(leaf)
            if frame is not None and id(frame) not in self._known:
                self._known[id(frame)] = True
                self.found.append(frame)

    def hold(self, frame: Frame | None) -> bool:
        """Whether a frame is one of these objects or within one."""
        passed: list[int] = []
        while frame is not None and id(frame) not in self._known:
            passed.append(id(frame))
            frame = frame.parent
        held = frame is not None and self._known[id(frame)]
        self._known.update(dict.fromkeys(passed, held))
        return held


def _shown_by(leaf: Leaf) -> Frame | None:
    """The object that this leaf shows to be a composition, or None."""
    key = leaf.key
    if "/" in key and ("|" in key or key.startswith("ctx/") or "/context/" in key):
        return leaf.frame
    if key.startswith("|") or (leaf.frame.place.key == "ctx" and key in _OF_CONTEXT):
        return _top(leaf.frame)
    return None


def _top(frame: Frame) -> Frame:
    """The outermost object or array around a STRUCTURED value. It holds the whole composition."""
    while frame.parent is not None and frame.parent.parent is not None:
        frame = frame.parent
    return frame


def _path(leaf: Leaf) -> _Path:
    nodes: list[str] = []
    attribute = ""
    for key in leaf.path:
        plain, _, attribute = key.partition("|")
        nodes += [_INDEX.sub("", node) for node in plain.split("/") if node]
    return _Path(tuple(nodes), _INDEX.sub("", attribute))


class _Reader:
    """Reads the values of one document's simplified compositions."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._labelled: list[Labelled] = []
        self._related: set[tuple[int, str]] = set()
        self._parties: list[tuple[_Path, Subject, str, Leaf]] = []

    def take(self, path: _Path, text: str, leaf: Leaf) -> None:
        """Read one value."""
        if not text.strip() or is_masked(text.strip()) or not path.nodes:
            return
        nodes = tuple(node.lstrip("_") for node in path.nodes)
        if "ctx" in nodes:
            self._context(path, nodes[-1], text, leaf)
        elif (at := _party_at(nodes)) < 0 or not self._party(path, nodes, at, leaf):
            self._content(path, nodes, text, leaf)

    def finish(self, compositions: Sequence[Frame]) -> None:
        """Add what depends on other values, and that the compositions are a patient's."""
        for path, subject, info_type, leaf in self._parties:
            is_related = _party_of(leaf) in self._related
            self._add(info_type, path, leaf, Subject.PATIENT if is_related else subject)
        read_records(self._labelled, self._evidence, "openehr_node")
        for frame in compositions:
            location = Location("COMPOSITION", frame.start, frame.start + 1)
            self._evidence.add(_DETECTOR, "PATIENT_RECORD", location, Subject.PATIENT)

    def _context(self, path: _Path, name: str, text: str, leaf: Leaf) -> None:
        info_type = _OF_CTX.get(name, "")
        if name == "subject" and path.attribute in ("name", "id"):
            info_type = "PERSON_NAME" if path.attribute == "name" else "PATIENT_REFERENCE"
        if info_type == "SERVICE_DATE" and not is_date(text):
            return
        if info_type:
            self._add(info_type, path, leaf, Subject.PATIENT)
        elif name in ("composer_name", "participation_name") or (
            name in _PARTIES and path.attribute == "name"
        ):
            self._add("PERSON_NAME", path, leaf, Subject.PROVIDER)

    def _party(self, path: _Path, nodes: tuple[str, ...], at: int, leaf: Leaf) -> bool:
        """Read a name or a number of a party, and say whether the value is one."""
        subject, attribute = _PARTIES[nodes[at]], path.attribute
        if nodes[-1] == "relationship":
            self._related.add(_party_of(leaf))
        elif attribute == "name" and nodes[-1] != "identifier":
            self._parties.append((path, subject, "PERSON_NAME", leaf))
        elif attribute in ("id", "identifiers_id"):
            is_number = nodes[-1] == "identifier" or attribute == "identifiers_id"
            info_type = "MEDICAL_RECORD_NUMBER" if is_number else "PATIENT_REFERENCE"
            if subject is Subject.PATIENT:
                self._add(info_type, path, leaf, subject)
        else:
            return False
        return True

    def _content(self, path: _Path, nodes: tuple[str, ...], text: str, leaf: Leaf) -> None:
        """Read a value of the template, or a date, a number or a code of the Reference Model."""
        if path.attribute not in ("", "value", "id"):
            return
        labels = ("patient", *nodes[-_NEAR:])
        rule = read_label(nodes[-1]).rule
        if is_date(text) and (rule is None or not rule.info_type.startswith("DATE_OF_")):
            self._add("SERVICE_DATE", path, leaf, Subject.PATIENT)
        elif path.nodes[-1] == "_uid":
            if len([node for node in path.nodes if node not in _AROUND]) == 2:
                self._add("UNIQUE_CODE", path, leaf, Subject.PATIENT)
        elif rule is not None and (not rule.weak or _is_persons(nodes)):
            self._labelled.append(Labelled(labels, text, leaf.start, leaf.end, id(leaf.frame)))
        elif path.attribute == "id" and _is_patients_number(nodes):
            self._add("UNIQUE_CODE", path, leaf, Subject.PATIENT)

    def _add(self, info_type: str, path: _Path, leaf: Leaf, subject: Subject) -> None:
        shown = shown_path(path.nodes, tables.ATTRIBUTES)
        self._evidence.add(_DETECTOR, info_type, Location(shown, leaf.start, leaf.end), subject)


def _party_at(nodes: tuple[str, ...]) -> int:
    """The place of the innermost node that is a party, or -1. A party has few nodes within."""
    for back in range(1, min(_NEAR, len(nodes)) + 1):
        if nodes[-back] in _PARTIES:
            return len(nodes) - back
    return -1


def _is_patients_number(nodes: tuple[str, ...]) -> bool:
    """Whether `|id` of a node is a number that a patient or a part of the record has.

    `work_flow_id` and `guideline_id` refer to what is the same for many patients.
    """
    return not nodes[-1].endswith(("_id", "_details")) and not any(
        read_label(node).subject is Subject.PROVIDER for node in nodes[-_NEAR:]
    )


def _party_of(leaf: Leaf) -> tuple[int, str]:
    """What the name of a party and its relationship to the patient have in common."""
    before, slash, _ = leaf.key.partition("/relationship|")
    path = before if slash else leaf.key.partition("|")[0]
    if path:
        return id(leaf.frame), path  # FLAT
    frame = leaf.frame
    while frame.parent is not None and (frame.place.key == "relationship" or not frame.is_object):
        frame = frame.parent
    return id(frame), ""  # STRUCTURED


def _is_persons(nodes: tuple[str, ...]) -> bool:
    """Whether a node is part of what describes a person, so that `name` is a name."""
    subjects = (read_label(node).subject for node in reversed(nodes[-_NEAR:]))
    nearest = next((subject for subject in subjects if subject is not None), None)
    return nearest in (Subject.PATIENT, Subject.PERSON)
