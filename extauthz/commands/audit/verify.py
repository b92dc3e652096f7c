"""`phiguard audit verify`: whether chains hold, and whether they are what was signed."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from extauthz.commands.audit import keys, ledgers, signed
from extauthz.commands.audit.ledgers import Chain
from extauthz.commands.audit.signed import SignedChain, Target
from extauthz.commands.errors import UsageError

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


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
    marks = frozenset(_first(chain) - 1 for chain in chains) if args.key else frozenset()
    found, followed, broken = set[str](), list[SignedChain](), set[str]()
    for chain in chains:
        follower = SignedChain(chain, wanted, marks)
        verified = ledgers.verify(chain, known, follower.record)
        found |= set(verified.hashes)
        followed.append(follower)
        wrong, problem = follower.problems, verified.problem
        if problem is not None:
            broken.add(follower.id)
            wrong = [ledgers.said(chain, problem)]
        elif not wrong:
            said = f", signed up to record {follower.signed}" if args.key else ""
            sys.stdout.write(
                f"{ledgers.name(chain, args.folders)}: {_counted(chain, verified.head.seq)}, "
                f"head {verified.head.hash}{said}\n"
            )
        problems += wrong
    where = " ".join(map(str, args.folders))
    problems += [
        f"{where}: head {head} is in no chain: records were cut off or rewritten"
        for head in known
        if head not in found
    ]
    # what is said of a broken chain is its break
    problems += signed.absent([t for t in wanted if t.tree.chain not in broken], followed)
    if args.key:
        problems += signed.apart([each for each in followed if each.id not in broken])
    sys.stdout.write("".join(f"{problem}\n" for problem in problems))
    return int(bool(problems))


def _first(chain: Chain) -> int:
    return next((int(record["seq"]) for record in chain.records()), 1)


def _counted(chain: Chain, last: int) -> str:
    first = _first(chain)
    return f"{last} records hold" if first == 1 else f"records {first} to {last} hold"
