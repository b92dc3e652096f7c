"""`phiguard audit verify`: whether chains hold, and whether they are what was signed."""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypedDict

from extauthz.commands.audit import ledgers
from extauthz.commands.audit.ledgers import Chain
from extauthz.commands.audit.proofs import archived, keys, signed
from extauthz.commands.audit.proofs.archived import Result
from extauthz.commands.audit.proofs.signed import SignedChain, Target
from extauthz.commands.errors import UsageError
from extauthz.commands.output import formats
from extauthz.commands.output.formats import JsonForm
from extauthz.terminal import json_text, say

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


class HeldChain(TypedDict):
    """One chain that holds, and is what was signed."""

    chain: Annotated[str, "its name, as the text has it"]
    folder: str
    worker: int
    first: Annotated[int, "number of the first record"]
    last: Annotated[int, "number of the last one"]
    head: Annotated[str, "hash of the last one; keep it elsewhere"]
    signed: Annotated[int | None, "number of the last signed record; null without --key"]


class VerifiedLedgers(TypedDict):
    """Whether chains hold, and whether they are what was signed."""

    holds: bool
    chains: Annotated[list[HeldChain], "those that hold"]
    notes: Annotated[list[str], "what is no problem"]
    problems: list[str]


def add_parser(actions: "_Subparsers") -> None:
    """Add `verify`."""
    parser = actions.add_parser("verify", help="check every chain and report the first break")
    ledgers.add_folders(parser)
    ledgers.add_head(parser)
    keys.add_option(parser)
    parser.add_argument(
        "--checkpoint",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="a checkpoint or a manifest that was kept elsewhere; may be repeated",
    )
    formats.add(parser, JsonForm(VerifiedLedgers))
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Verify. Return 1 when something does not hold. Raises UsageError."""
    known, chains = ledgers.heads(args), ledgers.chains_in(args.folders)
    if args.checkpoint and not args.key:
        raise UsageError("--checkpoint: a signature is checked with a public key; give --key")
    signed.check_notes(args.checkpoint)
    wanted, problems = list[Target](), list[str]()
    if args.key:
        trusted = keys.given(args, signed.rotations(chains))
        wanted, problems = signed.targets([*signed.beside(chains), *args.checkpoint], trusted)
        problems += archived.unsigned(args.archived, trusted)
    marks = frozenset(_first(chain) - 1 for chain in chains) if args.key else frozenset()
    followed, results, held = list[SignedChain](), list[Result](), list[HeldChain]()
    for chain in chains:
        follower = SignedChain(chain, wanted, marks)
        results.append((chain, ledgers.verify(chain, known, follower.record)))
        followed.append(follower)
        own = _problems(follower, results[-1])
        problems += own
        if not own:
            held.append(_held(args, follower, results[-1]))
    lost = archived.lost(args.archived, results)
    problems += [str(each) for each in lost if each.home is not None]
    notes = [str(each) for each in lost if each.home is None]
    problems += _absent_heads(args, known, results)
    # what is said of a broken chain is its break
    whole = [f for f, (_, v) in zip(followed, results, strict=True) if v.problem is None]
    broken = {each.id for each in followed} - {each.id for each in whole}
    problems += signed.absent([t for t in wanted if t.tree.chain not in broken], followed)
    if args.key:
        problems += signed.apart([each for each in followed if each.id not in broken])
    found = VerifiedLedgers(holds=not problems, chains=held, notes=notes, problems=problems)
    if args.format == formats.JSON:
        json_text.write(found)
    else:
        say.lines([*map(_line, held), *notes, *problems])
    return int(bool(problems))


def _problems(follower: SignedChain, result: Result) -> list[str]:
    """Return the problems of one chain."""
    chain, verified = result
    if verified.problem is not None:
        return [ledgers.said(chain, verified.problem)]
    return follower.problems


def _held(args: argparse.Namespace, follower: SignedChain, result: Result) -> HeldChain:
    chain, verified = result
    return HeldChain(
        chain=ledgers.name(chain, args.folders),
        folder=str(chain.folder),
        worker=chain.worker,
        first=_first(chain),
        last=verified.head.seq,
        head=verified.head.hash,
        signed=follower.signed if args.key else None,
    )


def _line(held: HeldChain) -> str:
    first, last = held["first"], held["last"]
    counted = f"{last} records hold" if first == 1 else f"records {first} to {last} hold"
    signed = "" if held["signed"] is None else f", signed up to record {held['signed']}"
    return f"{held['chain']}: {counted}, head {held['head']}{signed}"


def _absent_heads(
    args: argparse.Namespace, known: Sequence[str], results: Sequence[Result]
) -> Iterator[str]:
    where = " ".join(map(str, args.folders))
    for head in known:
        if not any(head in verified.hashes for _, verified in results):
            yield f"{where}: head {head} is in no chain: records were cut off or rewritten"


def _first(chain: Chain) -> int:
    return next((int(record["seq"]) for record in chain.records()), 1)
