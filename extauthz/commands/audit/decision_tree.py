"""One decision as a tree for people."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from extauthz.commands.audit.policy_text import rule_text
from extauthz.commands.audit.record_words import PROVED, SAID, mutual_tls, receiver, text_of
from extauthz.commands.audit.sealed_lines import Record
from extauthz.commands.audit.search import Hit
from extauthz.terminal.text import shown
from extauthz.terminal.trees import Branch
from phiscan.identifiers import INFO_TYPES

_MUTUAL: Final = {PROVED: "proved by the receiver", SAID: "said by a caller that is not proved"}


@dataclass(frozen=True, slots=True)
class Told:
    """A decision with all that belongs to it.

    Args:
        hit: the decision.
        line: number of its line in its file, from 1.
        policy: the record of the policy that decided, or None when no ledger has it.
        message: decisions on the same message, this one too, in their order.
        trace: other decisions of the same trace or call, by time.
    """

    hit: Hit
    line: int
    policy: Hit | None
    message: Sequence[Hit]
    trace: Sequence[Hit]


def tree(told: Told, *, whole_policy: bool) -> Branch:
    """Return the decision as a tree.

    Whoever can write the files may have written anything, so no text of theirs makes a line.

    Args:
        told: the decision.
        whole_policy: whether the whole text of the policy is shown.
    """
    record = told.hit.record
    return Branch(
        f"decision {_text(record, 'id')}: {_effect(record)}, {_text(record, 'reason')}, "
        f"{_text(record, 'time')}",
        [
            _who(record),
            _found(record),
            _why(told),
            _policy(told, whole=whole_policy),
            _neighbours("message", told.message, record),
            _neighbours(f"trace {_text(record, 'trace')}", told.trace, record, "other "),
            _place(told),
        ],
    )


def _who(record: Record) -> Branch:
    mutual = "said by a client that is no proxy" if "asked" in record else mutual_tls(record)
    words = [record.get(key) for key in ("protocol", "messageType")]  # older records lack them
    spoken = " ".join(str(word) for word in words if word)
    return Branch(
        f"who: a {_text(record, 'direction')}, seen {_text(record, 'vantage')}"
        f"{f', {shown(spoken)}' if spoken else ''}",
        [
            Branch(f"source: {_text(record, 'source')}"),
            Branch(f"destination: {_text(record, 'destination')}"),
            Branch(f"service: {_text(record, 'service')}"),
            Branch(f"asked by: {_text(record, 'caller')}{_way(record)}"),
            Branch(f"mutual TLS: {_MUTUAL.get(mutual, mutual)}"),
        ],
    )


def _way(record: Record) -> str:
    """How a client asked that is no proxy."""
    return f", over {_text(record, 'asked')}" if "asked" in record else ""


def _found(record: Record) -> Branch:
    seen = _text(record, "coverage")
    if record.get("gap"):
        seen += f", {_text(record, 'gap')}"
    media = " ".join([_text(record, "media"), *_texts(record, "parts")])
    counts = record.get("infoTypes")
    named = sorted(counts.items()) if isinstance(counts, dict) else []
    below = [Branch(f"{_class(name)} {shown(str(name))}: {_number(n)}") for name, n in named]
    if record.get("opaque"):
        below.append(Branch(f"parts that nobody can read: {_number(record['opaque'])}"))
    return Branch(f"found: {_text(record, 'verdict')} ({media}; {seen})", below)


def _why(told: Told) -> Branch:
    record = told.hit.record
    texts = told.policy.record.get("texts") if told.policy else None
    below = [Branch(f"because of: {', '.join(_texts(record, 'tipped'))}")] * bool(
        record.get("tipped")
    )
    for rule in _texts(record, "rules"):
        text = rule_text(texts, rule) if isinstance(texts, dict) else ""
        below.append(Branch(f"rule {rule}", _text_lines(text)))
    audits = record.get("audits")
    for rule, action in sorted(audits.items()) if isinstance(audits, dict) else ():
        below.append(Branch(shown(f"AUDIT rule {rule}: alone, it would {action}")))
    if not record.get("rules"):
        below.append(Branch("no rule names this edge"))
    return Branch(f"why: {_text(record, 'reason')}", below)


def _policy(told: Told, *, whole: bool) -> Branch:
    digest = told.hit.record.get("policy")
    if not digest:
        return Branch("policy: none was in force")
    name = shown(str(digest))
    if told.policy is None:
        return Branch(f"policy {name}: these ledgers have no record of its text")
    record = told.policy.record
    texts = record.get("texts")
    files = sorted(texts.items()) if isinstance(texts, dict) else []
    return Branch(
        f"policy {_text(record, 'name')} {name}",
        [
            Branch(f"mode: {_text(record, 'mode')}"),
            Branch(f"recorded: {_text(record, 'time')}, by phiguard {_text(record, 'version')}"),
            *(
                Branch(f"text: {shown(name)}", _text_lines(str(text)) if whole else [])
                for name, text in files
            ),
        ],
    )


def _neighbours(name: str, hits: Sequence[Hit], record: Record, which: str = "") -> Branch:
    lines = []
    for hit in hits:
        each = hit.record
        to = shown(text_of(receiver(each)))
        mark = " (this one)" if each.get("id") == record.get("id") else ""
        piece = f"piece {_number(each['piece'])}, " if "piece" in each else ""
        lines.append(
            Branch(
                f"{_text(each, 'time')}: {piece}{_text(each, 'direction')} "
                f"{_text(each, 'vantage')}, {_effect(each)}, {_text(each, 'reason')}, "
                f"{_text(each, 'source')} to {to}, {_text(each, 'id')}{mark}"
            )
        )
    count = f"{len(hits) or 'no'} {which}decision{'s' * (len(hits) != 1)}"
    return Branch(f"{name}: {count}", lines)


def _place(told: Told) -> Branch:
    hit = told.hit
    return Branch(
        f"record: {shown(str(hit.place))}:{told.line}",
        [
            Branch(f"hash: {_text(hit.record, 'hash')}"),
            Branch(f"verify its chain: phiguard audit verify {shown(str(hit.chain.folder))}"),
        ],
    )


def _effect(record: Record) -> str:
    action = _text(record, "decision")
    return action if record.get("enforced") is True else f"{action}, not enforced"


def _class(info_type: object) -> str:
    known = INFO_TYPES.get(str(info_type))
    return known.identifier.value if known and known.identifier else "-"


def _text(record: Record, key: str) -> str:
    return shown(text_of(record.get(key)))


def _texts(record: Record, key: str) -> list[str]:
    value = record.get(key)
    return [shown(str(each)) for each in value] if isinstance(value, list) else []


def _number(value: Any) -> str:  # noqa: ANN401 - whatever a ledger holds
    return str(value) if isinstance(value, int) else "?"


def _text_lines(text: str) -> list[Branch]:
    return [Branch("\n".join(map(shown, text.splitlines())))] if text else []
