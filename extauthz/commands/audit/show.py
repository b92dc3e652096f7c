"""`phiguard audit show ID`: one decision with all that the ledgers know about it."""

import argparse
from collections.abc import Sequence
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, TypedDict

from extauthz.commands.audit import filters, ledgers
from extauthz.commands.audit.decision_tree import Told, tree
from extauthz.commands.audit.ledgers import Chain
from extauthz.commands.audit.query import complain
from extauthz.commands.audit.record_words import SUMMARY
from extauthz.commands.audit.sealed_lines import Record
from extauthz.commands.audit.search import Hit, Search
from extauthz.commands.audit.wanted import Condition, Wanted
from extauthz.commands.errors import UsageError
from extauthz.commands.output import formats
from extauthz.commands.output.formats import JsonForm
from extauthz.terminal import json_text, say, trees

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_SHOWN: Final = 50
"""Neighbours in the message and in the trace that are shown; a trace can be as long as a stream."""


class LedgerLine(TypedDict):
    """Where a record stands."""

    file: str
    line: Annotated[int, "from 1"]
    worker: int


_Record = Annotated[dict[str, object], "a record, as in docs/ledger.schema.json"]


class ToldDecision(TypedDict):
    """One decision with all that the ledgers know about it."""

    decision: _Record
    place: LedgerLine
    policy: Annotated[dict[str, object] | None, "the record of the policy that decided"]
    message: Annotated[list[_Record], "decisions on the same message, this one too"]
    trace: Annotated[list[_Record], "other decisions of the same trace"]


def add_parser(actions: "_Subparsers") -> None:
    """Add `show`."""
    parser = actions.add_parser("show", help="show one decision with its policy and its trace")
    parser.add_argument("id", metavar="ID", help="of the decision; the first digits do")
    ledgers.add_folders(parser)
    formats.add(parser, JsonForm(ToldDecision), text=formats.TABLE)
    parser.add_argument(
        "--policy-text", action="store_true", help="the whole policy, not only the rules that spoke"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the decision. Return 2 when there is none, or when changed lines were left out."""
    filters.check_digits("", args.id)
    chains = ledgers.chains_in(args.folders)
    odd: dict[Path, int] = {}
    told = _told(_the_one(args.id, chains, odd), chains, odd)
    if args.format == formats.JSON:
        json_text.write_line(_plain(told))
    else:
        say.lines(trees.lines(tree(told, whole_policy=args.policy_text)))
    return complain(odd)


def _the_one(identity: str, chains: Sequence[Chain], odd: dict[Path, int]) -> Hit:
    search = Search(Wanted((filters.beginning("id", identity),)), odd=odd)
    hits = list(search.over(chains))
    if not hits:
        raise UsageError(
            f"{identity}: no decision begins so in {ledgers.places(chains)}; "
            f"give the ledgers of all replicas{only_counted(chains)}"
        )
    if len({hit.record["id"] for hit in hits}) > 1:
        raise UsageError(f"{identity}: {len(hits)} decisions begin so; give more digits")
    return hits[0]


def only_counted(chains: Sequence[Chain]) -> str:
    """Return why a decision may have no record: some were only counted. Empty if none was."""
    wanted = Wanted((filters.kinds([SUMMARY]),))
    if next(Search(wanted).over(chains), None) is None:
        return ""
    return ". It may be one of those that were only counted: `phiguard audit query --kind summary`"


def _told(hit: Hit, chains: Sequence[Chain], odd: dict[Path, int]) -> Told:
    near = list(Search(Wanted((_beside(hit.record),)), odd=odd).over(chains))
    message = [each for each in near if _is_of_the_message(each.record, hit.record)] or [hit]
    of_message = {each.record.get("id") for each in message}
    others = [each for each in near if each.record.get("id") not in of_message]
    line = hit.chain.lines(hit.name).partition(hit.line + b"\n")[0].count(b"\n") + 1
    return Told(hit, line, _policy_of(hit, chains, odd), message[:_SHOWN], others[:_SHOWN])


def _beside(record: Record) -> Condition:
    """Return the condition of the decisions in the same call or trace."""
    conditions = [
        filters.exactly(key, value)
        for key in ("trace", "exchange")
        if isinstance(value := record.get(key), str)
    ]
    return reduce(filters.either, conditions, filters.exactly("id", str(record["id"])))


def _is_of_the_message(record: Record, of: Record) -> bool:
    keys = ("exchange", "direction")
    return record["id"] == of["id"] or (
        of.get("exchange") is not None and all(record.get(key) == of.get(key) for key in keys)
    )


def _policy_of(hit: Hit, chains: Sequence[Chain], odd: dict[Path, int]) -> Hit | None:
    """Return the record of the policy that decided: the chain's own before it, else any."""
    digest = hit.record.get("policy")
    if not isinstance(digest, str):
        return None
    wanted = Wanted((filters.exactly("kind", "policy"), filters.exactly("policy", digest)))
    found = list(Search(wanted, odd=odd).over(chains))
    own = [p for p in found if p.chain == hit.chain and _seq(p) < _seq(hit)]
    return (own or found)[-1] if found else None


def _seq(hit: Hit) -> int:
    seq = hit.record.get("seq")
    return seq if isinstance(seq, int) else 0


def _plain(told: Told) -> ToldDecision:
    hit = told.hit
    return {
        "decision": dict(hit.record),
        "place": {"file": str(hit.place), "line": told.line, "worker": hit.chain.worker},
        "policy": None if told.policy is None else dict(told.policy.record),
        "message": [dict(each.record) for each in told.message],
        "trace": [dict(each.record) for each in told.trace],
    }
