"""The options that say which records are wanted, and the conditions that they stand for."""

import argparse
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any, Final

import orjson

from extauthz.commands.audit.record_words import DECISION, SUMMARY
from extauthz.commands.audit.sealed_lines import Record
from extauthz.commands.audit.times import add_period, period
from extauthz.commands.audit.wanted import Condition, Wanted
from extauthz.commands.errors import UsageError
from mesh.message import identity
from mesh.policy.decision import Action, Reason
from phiscan.identifiers import Identifier

KINDS: Final = (DECISION, SUMMARY, "policy", "refusal", "start", "recovery", "key", "posture")
_SOURCE: Final = ("--source", "PRINCIPAL", "who sends the request; may end with *")
_ENDS: Final = ("source", "destination", "caller")
_SHORTEST: Final = 6
"""Digits of the beginning of a digest or an id that name it."""
# matches `9212d0`; not `9212d`, `9212D0`
_DIGITS: Final = re.compile(r"[0-9a-f]{6,64}")


def add_filters(parser: argparse.ArgumentParser) -> None:
    """Add all options of `query`. One that is repeated takes any of its values."""
    add_period(parser)
    _add_texts(
        parser,
        ("--principal", "PRINCIPAL", "as source, destination or caller; may end with *"),
        _SOURCE,
        ("--destination", "PRINCIPAL", "who answers it; may end with *"),
        ("--host", "HOST", "service host of the destination; may end with *"),
        ("--info-type", "INFOTYPE", "in which this was found: EMAIL_ADDRESS"),
        ("--rule", "RULE", "whose edge this rule names"),
        ("--policy", "DIGEST", f"that this policy decided; the first {_SHORTEST} digits do"),
        ("--trace", "ID", "of this trace; the first digits do"),
        ("--exchange", "ID", "of this call of Envoy; the first digits do"),
    )
    _add_words(
        parser, "--identifier", Identifier, "CLASS", "in which this HIPAA class was found: A to R"
    )
    _add_decision(parser)
    _add_words(parser, "--reason", Reason, "REASON", "with this reason code: UNENCRYPTED")
    parser.add_argument(
        "--kind",
        action="append",
        default=[],
        type=_kind,
        choices=KINDS,
        help="of records; default: decision. `phiguard audit review DIR` lists reviews",
    )


def add_decision_filters(parser: argparse.ArgumentParser) -> None:
    """Add the options of `export`. One that is repeated takes any of its values."""
    add_period(parser)
    _add_texts(
        parser,
        _SOURCE,
        ("--destination", "PRINCIPAL|HOST", "who answers it, or its host; may end with *"),
    )
    _add_decision(parser)


def _add_texts(parser: argparse.ArgumentParser, *options: tuple[str, str, str]) -> None:
    """Add options, each with its metavar and its help, that take any text."""
    for flag, metavar, text in options:
        parser.add_argument(flag, action="append", default=[], metavar=metavar, help=text)


def _add_decision(parser: argparse.ArgumentParser) -> None:
    text = f"with this outcome: {', '.join(Action)}; may be repeated"
    _add_words(parser, "--decision", Action, "DECISION", text)


def _add_words(
    parser: argparse.ArgumentParser, flag: str, words: type[StrEnum], metavar: str, text: str
) -> None:
    """Add an option that takes any of some words, in small letters too."""
    parser.add_argument(
        flag,
        action="append",
        default=[],
        type=str.upper,
        choices=[word.value for word in words],
        metavar=metavar,
        help=text,
    )


def _kind(word: str) -> str:
    if word == "review":
        raise argparse.ArgumentTypeError(
            "reviews stand in a chain of their own; `phiguard audit review DIR` lists them"
        )
    return word


def listed(args: argparse.Namespace) -> frozenset[str]:
    """Return the kinds of records that `query` lists."""
    return frozenset(args.kind or [DECISION])


def wanted(args: argparse.Namespace) -> Wanted:
    """Return what the options of `query` ask for. Raises UsageError.

    Where decisions are listed, summaries of decisions are wanted too, to say how many they count.
    """
    for flag in ("policy", "trace", "exchange"):
        for word in getattr(args, flag):
            check_digits(f"--{flag} ", word)
    return Wanted(
        _given(
            # those that fewest lines fulfil come first
            _named("exchange", args.exchange, _starts),
            _named("trace", args.trace, _starts),
            _named("policy", args.policy, _starts),
            _listed("rules", args.rule),
            _listed("infoTypes", args.info_type, after=b":"),
            _named("reason", args.reason),
            _at_an_end(args.principal, _ENDS),
            _named("source", args.source, identity.matches),
            _named("destination", args.destination, identity.matches),
            _named("service", args.host, identity.matches),
            _named("decision", args.decision),
            _listed("identifiers", args.identifier),
            kinds([*listed(args), *([SUMMARY] if DECISION in listed(args) else [])]),
        ),
        *period(args),
    )


def wanted_decisions(args: argparse.Namespace) -> Wanted:
    """Return what the options of `export` ask for. Raises UsageError."""
    return Wanted(
        _given(
            _named("source", args.source, identity.matches),
            _at_an_end(args.destination, ("destination", "service")),
            _named("decision", args.decision),
            kinds([DECISION, SUMMARY]),
        ),
        *period(args),
    )


def _given(*conditions: Condition | None) -> tuple[Condition, ...]:
    return tuple(condition for condition in conditions if condition is not None)


def check_digits(flag: str, word: str) -> None:
    """Check the beginning of an id or a digest. Raises UsageError."""
    if not _DIGITS.fullmatch(word):
        raise UsageError(f"{flag}{word}: give at least its first {_SHORTEST} hexadecimal digits")


def exactly(key: str, value: str) -> Condition:
    """Return the condition that a key has this value."""
    return _any_of(key, [value], str.__eq__)


def beginning(key: str, value: str) -> Condition:
    """Return the condition that the value of a key begins so."""
    return _any_of(key, [value], _starts)


def info_type(name: str) -> Condition:
    """Return the condition that this infoType was found."""
    return _one_in("infoTypes", [name], b":")


def either(one: Condition, other: Condition) -> Condition:
    """Return the condition that one of the two holds."""
    return Condition(
        one.needles + other.needles, lambda record: one.holds(record) or other.holds(record)
    )


_Match = Callable[[str, str], bool]


def _starts(pattern: str, found: str) -> bool:
    return found.startswith(pattern)


def _named(key: str, values: Sequence[str], match: _Match = str.__eq__) -> Condition | None:
    return _any_of(key, values, match) if values else None


def _any_of(key: str, values: Sequence[str], match: _Match) -> Condition:
    def holds(record: Record) -> bool:
        found = record.get(key)
        return isinstance(found, str) and any(match(value, found) for value in values)

    def told(value: str) -> bytes:
        goes_on = match is _starts or (match is identity.matches and value.endswith("*"))
        return name + (_beginning(value) if goes_on else _quoted(value))

    name = _quoted(key) + b":"
    # nearly each line has a text there
    needles = () if "*" in values else tuple(name + _beginning(value) for value in values)
    return Condition(needles, holds, key=name, pairs=tuple(map(told, values)))


def kinds(values: Sequence[str]) -> Condition:
    """Return the condition that a record is of one of these kinds."""
    condition = _any_of("kind", values, str.__eq__)
    # nearly all records are decisions
    return replace(condition, needles=()) if DECISION in values else condition


def _at_an_end(values: Sequence[str], ends: Sequence[str]) -> Condition | None:
    """Return the condition that one of the keys `ends` names one of the values."""
    if not values:
        return None

    def holds(record: Record) -> bool:
        found = [record.get(end) for end in ends]
        return any(identity.matches(v, f) for v in values for f in found if isinstance(f, str))

    return Condition(tuple(map(_beginning, values)), holds)


def _listed(key: str, values: Sequence[str], after: bytes = b"") -> Condition | None:
    return _one_in(key, values, after) if values else None


def _one_in(key: str, values: Sequence[str], after: bytes) -> Condition:
    """Return the condition that a list, or the names of a mapping, hold one of the values."""

    def holds(record: Record) -> bool:
        found: Mapping[str, Any] | Sequence[Any] = record.get(key) or ()
        return isinstance(found, (list, dict)) and any(value in found for value in values)

    return Condition(tuple(_quoted(value) + after for value in values), holds)


def _beginning(value: str) -> bytes:
    """Return the JSON of a text up to where it may go on."""
    return _quoted(value.removesuffix("*"))[:-1]


def _quoted(text: str) -> bytes:
    return orjson.dumps(text)
