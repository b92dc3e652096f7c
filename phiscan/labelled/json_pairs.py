"""Values of JSON that are named by a string beside them.

    {"name": "ssn", "value": "..."}                            {"type": "MRN", "value": "..."}
    {"loc": ["body", "patient", "ssn"], "input": "..."}        {"field": "ssn", "rejected": "..."}
    {"op": "add", "path": "/patient/name", "value": {"first": "..."}}
    {"path": "ssn", "message": "'...' is not a valid number"}

Not the words of a list make a pair, but its shape: one member of an object reads as a label or as
the path of a label, and another member is a value. A description of a column has that shape too
(`{"name": "ssn", "type": "varchar(11)"}`). So a value counts where its key says that it is one, or
where the object has nothing else.

Cost: nothing for an object in which no string may be a label.
"""

import re
from collections.abc import Iterator
from enum import Enum, auto
from typing import Final

from phiscan.identifiers import INFO_TYPES, InfoTypeKind
from phiscan.labelled.json_text import JsonText, family_of, record_of
from phiscan.labelled.json_wrappers import is_wrapper
from phiscan.labelled.label_paths import LabelPath, read_steps
from phiscan.labelled.name_values import is_full_name, is_known_name
from phiscan.labelled.quoted import parts_of
from phiscan.labelled.records import Labelled
from phiscan.syntax.json_places import decode
from phiscan.syntax.json_tree import Box, Scalar
from phiscan.text.normalise import plain
from phiscan.words.labels import is_distinct, read_label
from phiscan.words.medical_terms import count_terms

# A word of a key. matches "invalid" and "Value" in "invalidValue"
_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_VALUES: Final = frozenset(
    "value values val vals v input answer answers response received actual got given provided "
    "submitted supplied rejected invalid entered old new before after from to previous prev "
    "content data entry cell raw string literal arg argument param".split()
)
"""Words of keys that hold a value."""
_QUALIFYING: Final = frozenset(
    "default defaults example examples sample placeholder min max minimum maximum allowed possible "
    "expected valid initial fallback".split()
)
"""Words of keys that hold a value of nobody."""
_DECLARING: Final = frozenset(
    "type types kind class format pattern regex hint help length size width precision scale "
    "nullable required unique index order position ordinal table schema database db enum options "
    "choices sort align visible ref link url href icon color colour unit units code constraint "
    "rule validator validation tag source owner author created updated modified at version id ids "
    "uid uuid guid count collation encoding charset name names key label labels title alias status "
    "severity level line column row offset start end object entity model group category system use "
    "set prefix suffix role scope location language locale by on total op".split()
)
"""Words of keys that describe the label or the object."""
_MESSAGES: Final = frozenset(
    "message messages msg detail details description diagnostics error errors reason text "
    "explanation cause summary".split()
)
"""Words of keys that hold a sentence, in which a value may be quoted."""
_MOST_STEPS: Final = 16
_MOST_VALUES: Final = 2000
"""The most scalars within one value that are read."""
_DEEPEST: Final = 4
_PAIR: Final = 2
_LONGEST_TOLD: Final = 200


class _Role(Enum):
    """What a key says of its value in a pair."""

    VALUE = auto()
    DECLARES = auto()
    MESSAGE = auto()
    OPEN = auto()


def _role(key: bytes) -> _Role:
    words = [word.lower() for word in _WORD.findall(decode(key))]
    if not _QUALIFYING.isdisjoint(words):
        return _Role.DECLARES
    if words and words[-1] in _VALUES:
        return _Role.VALUE
    if not _DECLARING.isdisjoint(words):
        return _Role.DECLARES
    if not _MESSAGES.isdisjoint(words):
        return _Role.MESSAGE
    return _Role.OPEN if _VALUES.isdisjoint(words) else _Role.VALUE


class Pairs:
    """Reads the pairs of one text."""

    def __init__(self, text: JsonText) -> None:
        self._text = text
        self._roles: dict[bytes, _Role] = {}
        self._possible: dict[tuple[bytes, ...], bool] = {}

    def read(self, box: Box) -> Iterator[Labelled]:
        """The values that an object names, if one of its members is a label."""
        members = box.items(self._text.data)
        if not self._is_possible(tuple(member.key for member in members)):
            return
        labels = [(at, label) for at, m in enumerate(members) if (label := self._label(m))]
        if not labels:
            return
        named = {at for at, _ in labels}
        rest = [member for at, member in enumerate(members) if at not in named]
        # The pairs of one list are one record, so a name counts where a birth date is beside it.
        record, family = record_of(box.parent or box), family_of(box.parent)
        for _, label in labels:
            for labelled in self._named(box, label, rest):
                yield labelled._replace(record=record, family=family)

    def read_list(self, box: Box) -> Iterator[Labelled]:
        """The name in `["patient", "Ana Ruiz"]`. Words of programs are no names."""
        if box.parent is None or box.count(self._text.data) != _PAIR:
            return
        first, second = box.items(self._text.data)
        if not isinstance(first, Scalar) or not isinstance(second, Scalar):
            return
        label = self._text.label(first)
        if label is not None and label.rule is None and is_known_name(self._plain(second)):
            labels = (*self._text.path(box), *label.labels, "name")
            yield self._text.labelled(labels, second, record_of(box.parent))

    def _is_possible(self, keys: tuple[bytes, ...]) -> bool:
        """Whether an object with these keys can be a pair. Objects of one kind have equal keys."""
        known = self._possible.get(keys)
        if known is None:
            known = self._possible[keys] = len(keys) > 1 and (
                any(self._role_of(key) is not _Role.DECLARES for key in keys)
                or any((rule := read_label(decode(key)).rule) and rule.weak for key in keys)
            )
        return known

    def _label(self, member: Scalar | Box) -> LabelPath | None:
        """What a member names: a string, or a list of steps, or an object around a string."""
        if isinstance(member, Scalar):
            label = self._text.label(member)
            own = read_label(decode(member.key)).rule if label is not None else None
            return label if own is None or own.weak else None
        if not self._text.may_name(member):
            return None
        scalars = [m for m in member.items(self._text.data) if isinstance(m, Scalar)]
        if not 0 < len(scalars) <= _MOST_STEPS or not any(map(self._text.label, scalars)):
            return None
        if member.is_object:  # {"type": {"text": "MRN"}, "value": "..."}
            is_pair = any(self._of(scalar) is _Role.VALUE for scalar in scalars)
            return None if is_pair else next(filter(None, map(self._text.label, scalars)))
        steps = [self._text.text(s) for s in scalars if self._text.is_string(s)]
        if len(steps) == 1:
            return self._text.label(scalars[-1])
        return read_steps(steps)

    def _named(self, box: Box, label: LabelPath, rest: list[Scalar | Box]) -> Iterator[Labelled]:
        if label.rule is None:
            yield from self._of_a_patient((*self._text.path(box), *label.labels), rest)
            return
        rest = [member for member in rest if self._of(member) is not _Role.DECLARES]
        above = (*self._text.path(box), *label.labels) if rest else ()
        for member in rest:
            role = self._of(member)
            if isinstance(member, Box):
                yield from self._within(above, member, role)
            elif role is _Role.MESSAGE and not (
                len(rest) == 1 and self._is_an_answer(label, member)
            ):
                yield from self._quoted(above, member)
            elif role in (_Role.VALUE, _Role.MESSAGE) or (
                len(rest) == 1 and is_distinct(label.rule, self._plain(member))
            ):
                yield self._text.labelled(above, member, 0)

    def _is_an_answer(self, label: LabelPath, member: Scalar) -> bool:
        """Whether a text beside a question for a name or a condition is one.

        `{"text": "Ana Ruiz", "field": {"ref": "full_name"}}`
        """
        if label.rule is None:
            return False
        value = self._plain(member)
        if label.rule.info_type == "PERSON_NAME":
            return is_full_name(value)
        is_health = INFO_TYPES[label.rule.info_type].kind is InfoTypeKind.HEALTH
        return is_health and count_terms(value[:_LONGEST_TOLD]) > 0

    def _plain(self, scalar: Scalar) -> str:
        return plain(self._text.text(scalar))

    def _of(self, member: Scalar | Box) -> _Role:
        return self._role_of(member.key)

    def _role_of(self, key: bytes) -> _Role:
        role = self._roles.get(key)
        if role is None:
            role = self._roles[key] = _role(key)
        return role

    def _quoted(self, labels: tuple[str, ...], scalar: Scalar) -> Iterator[Labelled]:
        """The values that a sentence quotes."""
        rule = read_label(labels[-1]).rule
        for start, end, is_quoted in parts_of(self._text.data, scalar.start, scalar.end):
            part = Scalar(b"", start, end)
            if is_quoted or (rule is not None and is_distinct(rule, self._plain(part))):
                yield self._text.labelled(labels, part, 0)

    def _within(self, labels: tuple[str, ...], member: Box, role: _Role) -> Iterator[Labelled]:
        """The values in an object or array that is the value, holds it or speaks of it.

        `{"pointer": "/patient/ssn", "meta": {"value": "..."}}`: of an object with any other key,
        only what its own keys call a value.
        """
        for keys, scalar in self._scalars(member):
            own = next((key for key in reversed(keys) if not is_wrapper(key)), "")
            rule = read_label(own).rule if own else None
            if role is _Role.MESSAGE:
                yield from self._quoted(labels, scalar)
            elif rule is not None and rule.weak:
                if role is not _Role.OPEN:
                    yield self._text.labelled((*labels, own), scalar, 0)
            elif rule is None and self._holds_values(keys) and (keys or role is not _Role.OPEN):
                yield self._text.labelled(labels, scalar, 0)

    @staticmethod
    def _holds_values(keys: tuple[str, ...]) -> bool:
        return all(
            is_wrapper(key) or _role(key.encode("utf-8", "replace")) is _Role.VALUE for key in keys
        )

    def _of_a_patient(
        self, labels: tuple[str, ...], rest: list[Scalar | Box]
    ) -> Iterator[Labelled]:
        """The name in an object of which another member says that it is a patient.

        `{"type": "Patient", "name": "Ana Ruiz"}`, `{"key": "patient", "value": "Ana Ruiz"}`.
        Programs write of patients too, so the name has to be a person's.
        """
        for member in rest:
            pairs = (
                [((decode(member.key),), member)]
                if isinstance(member, Scalar)
                else [((decode(member.key), *keys), s) for keys, s in self._scalars(member)]
            )
            for keys, scalar in pairs:
                rule = read_label(keys[-1]).rule
                is_named = rule is not None and rule.weak and rule.info_type == "PERSON_NAME"
                is_value = rule is None and self._holds_values(keys)
                if (is_named or is_value) and is_known_name(self._plain(scalar)):
                    named = keys if is_named else ("name",)
                    yield self._text.labelled((*labels, *named), scalar, 0)

    def _scalars(self, box: Box) -> Iterator[tuple[tuple[str, ...], Scalar]]:
        """The scalars within a box, each with its keys below the box."""
        waiting: list[tuple[tuple[str, ...], Box]] = [((), box)]
        count = 0
        while waiting and count < _MOST_VALUES:
            keys, here = waiting.pop()
            for item in here.items(self._text.data):
                own = (*keys, decode(item.key)) if item.key else keys
                if isinstance(item, Scalar):
                    count += 1
                    yield own, item
                elif len(own) <= _DEEPEST:
                    waiting.append((own, item))
