"""Policy files into one `Policy`: the `SegmentationPolicy` that docs/policy.md describes.

Several files form one policy. Files without a namespace apply to the whole mesh. A namespace's file
opens edges to its own workloads only (`mesh.policy_file.part`). File names do not change what the
policy says. A group may name groups of its own file, and of mesh-wide files that sort earlier; in
a namespace's file, of every mesh-wide file.

A file with an error gives no policy at all: half a policy would open or close edges that nobody
asked for.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import chain
from types import MappingProxyType
from typing import Final, TypeVar

from yaml.nodes import Node

from mesh.policy.decision import Action, Mode, Refusal, Uneventful
from mesh.policy.policy import Policy
from mesh.policy.vocabulary import BUILT_IN, Vocabulary
from mesh.policy_file import keys as policy_keys
from mesh.policy_file.groups import MOST_ENTRIES, groups_of
from mesh.policy_file.lint import lint
from mesh.policy_file.nodes import FilePlace, NodeReader
from mesh.policy_file.part import (
    PlacedRule,
    PolicyPart,
    read_groups,
    read_part,
    read_rules,
    read_services,
)
from mesh.policy_file.problems import FileProblem, PolicyError, Severity

__all__ = [
    "FileProblem",
    "PolicyError",
    "Severity",
    "check",
    "check_files",
    "parse",
    "parse_files",
    "read",
]

_SHORTEN: Final = "name namespaces, or patterns with `*`, in place of long groups"
_STRICTNESS: Final = (Mode.DISCOVER, Mode.MONITOR, Mode.ENFORCE)

_ValueT = TypeVar("_ValueT")


def parse(
    text: str, *, file: str, today: date | None = None, vocabulary: Vocabulary = BUILT_IN
) -> Policy:
    """The policy of a file. Raises `PolicyError` with every problem when it has an error."""
    return parse_files({file: text}, today=today, vocabulary=vocabulary)


def parse_files(
    texts: Mapping[str, str], *, today: date | None = None, vocabulary: Vocabulary = BUILT_IN
) -> Policy:
    """The policy of several files, by name.

    Raises:
        PolicyError: with every problem, when a file has an error.
    """
    policy, problems = check_files(texts, today=today, vocabulary=vocabulary)
    if policy is None:
        raise PolicyError(problems)
    return policy


def check(
    text: str, *, file: str, today: date | None = None, vocabulary: Vocabulary = BUILT_IN
) -> tuple[Policy | None, tuple[FileProblem, ...]]:
    """The policy, or None when the file has an error; and all problems in order of place."""
    return check_files({file: text}, today=today, vocabulary=vocabulary)


def check_files(
    texts: Mapping[str, str], *, today: date | None = None, vocabulary: Vocabulary = BUILT_IN
) -> tuple[Policy | None, tuple[FileProblem, ...]]:
    """As `check`, for all files of a policy.

    Args:
        texts: text by file name; the names are used in problems only.
        today: the day (UTC) on which exceptions are judged; None means that no exception holds.
        vocabulary: the infoTypes that entries may name.
    """
    readers = [NodeReader(file) for file in sorted(texts)]
    roots = [
        (reader, root)
        for reader in readers
        if (root := reader.compose(texts[reader.file])) is not None
    ]
    parts = [
        part
        for reader, root in roots
        if (part := read_part(reader, root, texts[reader.file])) is not None
    ]
    policy = _combined(parts, today, vocabulary) if parts else None
    problems = tuple(sorted(problem for reader in readers for problem in reader.problems))
    return None if any(p.severity is Severity.ERROR for p in problems) else policy, problems


def read(
    reader: NodeReader, root: Node, text: str, vocabulary: Vocabulary = BUILT_IN
) -> Policy | None:
    """The policy at a node, for example inside a case file; None when it has an error.

    Args:
        text: the text that the digest is computed from.
    """
    part = read_part(reader, root, text)
    policy = _combined([part], None, vocabulary) if part is not None else None
    return None if reader.failed else policy


def _combined(parts: Sequence[PolicyPart], today: date | None, vocabulary: Vocabulary) -> Policy:
    """All files as one policy. Files without a namespace must agree on each setting."""
    wide = [part for part in parts if not part.namespace]
    mode = _mode(wide)
    placed = _rules(parts, mode, vocabulary)
    policy = Policy(
        name="+".join(sorted({part.name for part in wide or parts})),
        digest=_digest(parts),
        mode=mode,
        default_action=_setting(
            wide, "defaultAction", _choice(policy_keys.DEFAULT_ACTIONS), Action.DENY
        ),
        treat_identifiers_as_phi=_setting(wide, "treatIdentifiersAsPhi", _flag, default=False),
        on_unscannable=_setting(
            wide, "onUnscannable", _choice(policy_keys.UNSCANNABLE), Action.DENY
        ),
        on_opaque=_setting(wide, "onOpaque", _choice(policy_keys.OPAQUE), Action.ALERT),
        services=_services(parts),
        rules=tuple(each.rule for each in placed),
        today=today,
        info_types=vocabulary.info_types,
        mllp_refusal=_setting(wide, "mllp", _mllp_refusal, Refusal.NAK),
        uneventful=_setting(wide, "audit", _uneventful, Uneventful.EACH),
    )
    if not any(part.reader.failed for part in parts):
        settings = {key: part.place(key) for part in reversed(wide) for key in part.spec}
        lint(policy, settings, [each.place for each in placed])
    return policy


def _mode(wide: Sequence[PolicyPart]) -> Mode:
    """The strictest mode in any mesh-wide file; it holds for edges that no rule names."""
    written = [_mode_of(part) for part in wide if "mode" in part.spec]
    return max(written, key=_STRICTNESS.index) if written else Mode.ENFORCE


def _mode_of(part: PolicyPart) -> Mode:
    return part.reader.choice(part.spec["mode"], policy_keys.MODES, "`mode`")


def _rules(parts: Sequence[PolicyPart], mode: Mode, vocabulary: Vocabulary) -> list[PlacedRule]:
    """All rules, each with its file's mode where that is not the policy's. Names are unique."""
    shared = groups_of(vocabulary)
    for part in parts:
        shared = shared if part.namespace else read_groups(part, shared)
    found: list[list[PlacedRule]] = [[] for _ in parts]
    entries = 0
    for at, part in _wide_first(parts):
        groups = read_groups(part, shared) if part.namespace else shared
        of_file = _mode_of(part) if "mode" in part.spec else mode
        default = of_file if of_file is not mode else None
        for each in read_rules(part, groups):
            entries += len(each.rule.sources) + len(each.rule.targets)
            if (
                entries > MOST_ENTRIES
            ):  # stop reading: a short file can name a long group in each of its rules
                each.place.error(
                    f"the rules have more than {MOST_ENTRIES} entries after groups are expanded",
                    _SHORTEN,
                )
                return list(chain.from_iterable(found))
            found[at].append(replace(each, rule=replace(each.rule, mode=each.rule.mode or default)))
    _check_names([found[at] for at, _ in _wide_first(parts)])
    return list(chain.from_iterable(found))


def _wide_first(parts: Sequence[PolicyPart]) -> list[tuple[int, PolicyPart]]:
    """The parts with their numbers, those of the whole mesh first.

    INVARIANT (blame): a clash of a namespace's file with a mesh-wide one, or a limit that both
    reach, is an error of the namespace's file. So no namespace can break the mesh-wide files.
    """
    return sorted(enumerate(parts), key=lambda each: bool(each[1].namespace))


def _check_names(placed: Iterable[Sequence[PlacedRule]]) -> None:
    first: dict[str, FilePlace] = {}
    for each in chain.from_iterable(placed):
        name, place = each.rule.name, each.place
        if name in first:
            place.error(
                f"rule `{name}` appears twice", f"first in {_where(first[name], place)}; rename one"
            )
        elif name:
            first[name] = place


def _services(parts: Sequence[PolicyPart]) -> Mapping[str, str]:
    found: dict[str, tuple[str, FilePlace]] = {}
    for _, part in _wide_first(parts):
        for host, (principal, place) in read_services(part).items():
            if host in found:
                hint = f"first in {_where(found[host][1], place)}; remove one"
                place.error(f"host `{host}` appears twice in `services`", hint)
            found[host] = (principal, place)
    return MappingProxyType({host: principal for host, (principal, _) in found.items()})


def _setting(
    wide: Sequence[PolicyPart],
    key: str,
    read_value: Callable[[PolicyPart, str], _ValueT],
    default: _ValueT,
) -> _ValueT:
    """The value of a setting in the mesh-wide files, or the default.

    The files must agree: choosing one of two values could open edges.
    """
    written = [(read_value(part, key), part.place(key)) for part in wide if key in part.spec]
    for value, place in written[1:]:
        if value != written[0][0]:
            place.error(
                f"`{key}` differs from another file",
                f"see {_where(written[0][1], place)}; write it once",
            )
    return written[0][0] if written else default


def _choice(choices: Mapping[str, _ValueT]) -> Callable[[PolicyPart, str], _ValueT]:
    return lambda part, key: part.reader.choice(part.spec[key], choices, f"`{key}`")


def _flag(part: PolicyPart, key: str) -> bool:
    return part.reader.boolean(part.spec[key], f"`{key}`")


def _uneventful(part: PolicyPart, key: str) -> Uneventful:
    keys = part.reader.mapping(part.spec[key], policy_keys.AUDIT, f"`{key}`")
    if "uneventful" not in keys:
        return Uneventful.EACH
    return part.reader.choice(keys["uneventful"], policy_keys.UNEVENTFUL, "`uneventful`")


def _mllp_refusal(part: PolicyPart, key: str) -> Refusal:
    keys = part.reader.mapping(part.spec[key], policy_keys.MLLP, f"`{key}`")
    if "onDenied" not in keys:
        return Refusal.NAK
    return part.reader.choice(keys["onDenied"], policy_keys.ON_DENIED, "`onDenied`")


def _where(place: FilePlace, seen_from: FilePlace) -> str:
    """`line 3`, or `clinic.yaml, line 3` from another file."""
    file = "" if place.reader is seen_from.reader else f"{place.reader.file}, "
    return f"{file}line {place.line}"


def _digest(parts: Sequence[PolicyPart]) -> str:
    """SHA-256 of the text of one file.

    For several files it is the SHA-256 of their sorted digests, so that file names do not count.
    """
    if len(parts) == 1:
        return parts[0].digest
    return hashlib.sha256("\n".join(sorted(part.digest for part in parts)).encode()).hexdigest()
