"""Custom detectors from YAML files of kind DetectorSet. docs/detection.md describes the keys.

A file with an error gives no detector at all. A set with half of its detectors missing would let
through what its author thinks is found.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from yaml.nodes import Node

from mesh.policy_file.nodes import NodeReader
from mesh.policy_file.problems import FileProblem, PolicyError
from phiscan.detectors import GROUPS
from phiscan.finding import Likelihood, Subject
from phiscan.identifiers import INFO_TYPES, Identifier, InfoType, InfoTypeKind
from phiscan.patterns.compiled import PatternError
from phiscan.patterns.custom import VALIDATORS, CustomDetector, faults
from phiscan.patterns.detector import REPORTED, Detector

DETECTORS_KIND: Final = "DetectorSet"
_API_VERSION: Final = "phiguard.dev/v1alpha1"
# matches 'kind: DetectorSet' and '"kind": "DetectorSet"'; not '  kind: DetectorSet'
_IS_SET: Final = re.compile(rf"^[\"']?kind[\"']?:[ \t]*[\"']?{DETECTORS_KIND}\b", re.MULTILINE)
_TOP: Final = ("apiVersion", "kind", "metadata", "spec")
_KEYS: Final = (
    "name", "infoType", "class", "title", "pattern", "caseSensitive", "context", "validator",
    "likelihood", "withContext", "subject", "match", "noMatch",
)  # fmt: skip
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,40}")
_INFO_TYPE: Final = re.compile(r"[A-Z][A-Z0-9_]{2,60}")
_HEALTH: Final = "HEALTH"
_CLASSES: Final[Mapping[str, tuple[InfoTypeKind, Identifier | None]]] = {
    **{i.value: (InfoTypeKind.IDENTIFIER, i) for i in Identifier},
    _HEALTH: (InfoTypeKind.HEALTH, None),
}
_LIKELIHOODS: Final = {likelihood.name: likelihood for likelihood in Likelihood}
_SUBJECTS: Final = {s.value: s for s in Subject}
_BUILT_IN: Final = frozenset(d.name for detectors in GROUPS.values() for d in detectors)
_MAX: Final = 200
"""The largest number of detectors in a file. Each one costs time on every scanned text."""


@dataclass(frozen=True, slots=True)
class DetectorSet:
    """The detectors of one file, checked by their examples, and the infoTypes that they add.

    Args:
        name: of the set.
        detectors: compiled from the file.
        info_types: those that are not built in.
        digest: SHA-256 of the file's text.
    """

    name: str
    detectors: tuple[Detector, ...] = ()
    info_types: tuple[InfoType, ...] = ()
    digest: str = ""


def is_detector_set(text: str) -> bool:
    """Whether the text of a YAML file is a detector set. If so, it is not read as a policy."""
    return _IS_SET.search(text) is not None


def parse(text: str, *, file: str) -> DetectorSet:
    """Return the set of a file. Raises `PolicyError` with every problem when it has an error."""
    found, problems = check(text, file=file)
    if found is None:
        raise PolicyError(problems)
    return found


def check(text: str, *, file: str) -> tuple[DetectorSet | None, tuple[FileProblem, ...]]:
    """Return the set, or None when the file has an error, and all problems in order of place."""
    reader = NodeReader(file)
    root = reader.compose(text)
    found = _read(reader, root) if root is not None else None
    if found is None or reader.failed:
        return None, reader.problems
    return replace(found, digest=hashlib.sha256(text.encode()).hexdigest()), reader.problems


def vocabulary(sets: Iterable[DetectorSet]) -> Mapping[str, InfoType]:
    """Return every infoType that an engine with these sets may find."""
    return {**INFO_TYPES, **{t.name: t for each in sets for t in each.info_types}}


def clash(sets: Iterable[DetectorSet]) -> str:
    """Return the problem when two sets hold the same name, else empty text.

    Two detectors or infoTypes of one name could not be told apart.
    """
    owners: dict[str, str] = {}
    for each in sets:
        for name in (*(d.name for d in each.detectors), *(t.name for t in each.info_types)):
            if name in owners:
                return f"the detector sets `{owners[name]}` and `{each.name}` both hold `{name}`"
            owners[name] = each.name
    return ""


def _read(reader: NodeReader, root: Node) -> DetectorSet | None:
    keys = reader.mapping(root, _TOP, "the detector set")
    found = {key: reader.required(root, keys, key, "the detector set") for key in _TOP}
    for key, only in (("apiVersion", _API_VERSION), ("kind", DETECTORS_KIND)):
        node = found[key]
        if node is not None and (word := reader.text(node, f"`{key}`")) not in {only, ""}:
            reader.error(
                node, f"`{key}` is `{word}`, which this version does not read", f"write `{only}`"
            )
    metadata, spec = found["metadata"], found["spec"]
    if metadata is None or spec is None:
        return None
    name = reader.required(
        metadata, reader.mapping(metadata, ("name",), "`metadata`"), "name", "`metadata`"
    )
    detectors = reader.required(
        spec, reader.mapping(spec, ("detectors",), "`spec`"), "detectors", "`spec`"
    )
    if name is None or detectors is None:
        return None
    return _set(
        reader, reader.text(name, "`metadata.name`"), reader.sequence(detectors, "`detectors`")
    )


def _set(reader: NodeReader, name: str, nodes: list[Node]) -> DetectorSet:
    reading = _Reading(reader)
    if len(nodes) > _MAX:
        reader.error(
            nodes[_MAX], f"more than {_MAX} detectors", "split the file, or join patterns with `|`"
        )
    for node in nodes[:_MAX]:
        reading.take(node)
    return DetectorSet(name, tuple(reading.detectors.values()), tuple(reading.info_types.values()))


class _Reading:
    """Reads one file's detectors."""

    def __init__(self, reader: NodeReader) -> None:
        self._reader = reader
        self.detectors: dict[str, Detector] = {}
        self.info_types: dict[str, InfoType] = {}

    def take(self, node: Node) -> None:
        """Read one detector and check it against its examples."""
        reader = self._reader
        keys = reader.mapping(node, _KEYS, "the detector")
        needed = [
            reader.required(node, keys, key, "the detector")
            for key in ("name", "infoType", "pattern", "match")
        ]
        if any(found is None for found in needed):
            return
        name, info_type = self._name(keys["name"]), self._info_type(keys)
        if not name or info_type is None:
            return
        custom = CustomDetector(
            name=name,
            info_type=info_type,
            pattern=reader.text(keys["pattern"], "`pattern`"),
            context=self._texts(keys, "context"),
            validator=reader.choice(keys["validator"], {v: v for v in VALIDATORS}, "`validator`")
            if "validator" in keys
            else "",
            bare=self._likelihood(keys, "likelihood", Likelihood.LIKELY),
            supported=self._likelihood(keys, "withContext", Likelihood.VERY_LIKELY),
            subject=self._subject(keys, info_type),
            caseless=not (
                "caseSensitive" in keys and reader.boolean(keys["caseSensitive"], "`caseSensitive`")
            ),
            matching=self._texts(keys, "match"),
            not_matching=self._texts(keys, "noMatch"),
        )
        if custom.bare < REPORTED and not custom.context:
            reader.error(
                keys["likelihood"],
                f"`{custom.bare.name}` is never reported",
                "add `context`, or write `POSSIBLE`",
            )
        self._prove(custom, keys)
        self.detectors[name] = custom.detector()

    def _prove(self, custom: CustomDetector, keys: Mapping[str, Node]) -> None:
        reader = self._reader
        if not custom.matching:
            reader.error(
                keys["match"],
                "`match` is empty",
                "write a text in which the detector must find something",
            )
        if not custom.pattern:
            return
        known = {**INFO_TYPES, custom.info_type.name: custom.info_type}
        try:
            unchecked = tuple(faults(replace(custom, validator=""), known))
            for fault in faults(custom, known):
                node = reader.sequence(keys["noMatch" if fault.found else "match"], "examples")[
                    fault.index
                ]
                finds = "finds something in" if fault.found else "finds nothing in"
                hint = "fix the example or the detector"
                if fault not in unchecked:
                    hint = (
                        f"the validator `{custom.validator}` refuses what the pattern finds; {hint}"
                    )
                reader.error(node, f"detector `{custom.name}` {finds} this example", hint)
        except PatternError as error:
            reader.error(
                keys["pattern"],
                f"Hyperscan cannot run the pattern: {error}",
                "see Hyperscan's pattern support",
            )

    def _name(self, node: Node) -> str:
        name = self._reader.text(node, "`name`")
        if name and not _NAME.fullmatch(name):
            self._reader.error(
                node, f"`{name}` is not a detector's name", "write small letters, digits and `_`"
            )
        elif name in _BUILT_IN or name in self.detectors:
            self._reader.error(node, f"a detector `{name}` exists already", "choose another name")
        else:
            return name
        return ""

    def _info_type(self, keys: Mapping[str, Node]) -> InfoType | None:
        """Return a built-in infoType, or a new one with its class."""
        reader, node = self._reader, keys["infoType"]
        name = reader.text(node, "`infoType`")
        if not name:
            return None
        if name in INFO_TYPES:
            if "class" in keys:
                reader.error(
                    keys["class"],
                    f"`{name}` has its class already",
                    "remove `class`, or name your own infoType",
                )
            return INFO_TYPES[name]
        if not _INFO_TYPE.fullmatch(name):
            reader.error(
                node, f"`{name}` is not an infoType's name", "write capitals, digits and `_`"
            )
            return None
        return self._own(name, keys)

    def _own(self, name: str, keys: Mapping[str, Node]) -> InfoType | None:
        reader = self._reader
        known = self.info_types.get(name)
        if "class" not in keys:
            if known is None:
                reader.error(
                    keys["infoType"],
                    f"`{name}` is not built in and has no class",
                    "add `class:` A to R, or HEALTH",
                )
            return known
        kind, identifier = reader.choice(keys["class"], _CLASSES, "`class`")
        title = (
            reader.text(keys["title"], "`title`")
            if "title" in keys
            else name.replace("_", " ").lower()
        )
        if known is not None and (known.kind, known.identifier) != (kind, identifier):
            reader.error(
                keys["class"], f"`{name}` has another class above", "give one infoType one class"
            )
        return self.info_types.setdefault(name, InfoType(name, kind, title, identifier))

    def _subject(self, keys: Mapping[str, Node], info_type: InfoType) -> Subject:
        if "subject" in keys:
            return self._reader.choice(keys["subject"], _SUBJECTS, "`subject`")
        is_identifier = info_type.kind is InfoTypeKind.IDENTIFIER
        return Subject.PERSON if is_identifier else Subject.NOBODY

    def _likelihood(self, keys: Mapping[str, Node], key: str, default: Likelihood) -> Likelihood:
        return self._reader.choice(keys[key], _LIKELIHOODS, f"`{key}`") if key in keys else default

    def _texts(self, keys: Mapping[str, Node], key: str) -> tuple[str, ...]:
        if key not in keys:
            return ()
        return tuple(
            self._reader.text(item, f"an entry of `{key}`")
            for item in self._reader.sequence(keys[key], f"`{key}`")
        )
