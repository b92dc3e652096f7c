"""`phiguard audit prove` and `verify-proof`: proofs of a ledger that need only the public key."""

import argparse
import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, TypedDict

from extauthz.commands.audit import ledgers
from extauthz.commands.audit.filters import exactly
from extauthz.commands.audit.ledgers import Chain
from extauthz.commands.audit.proofs import hashes, indexed, keys, signed
from extauthz.commands.audit.search import Hit, Search
from extauthz.commands.audit.show import only_counted
from extauthz.commands.audit.wanted import Wanted
from extauthz.commands.errors import UsageError
from extauthz.commands.output import formats, output_file
from extauthz.commands.output.formats import JsonForm, OtherForm
from extauthz.records.ledger import checkpoints, merkle, note_files, proofs
from extauthz.records.ledger.chain import unseal
from extauthz.records.ledger.checkpoints import Checkpoint
from extauthz.records.ledger.merkle import leaf_hash
from extauthz.records.ledger.notes import NoteError, PublicKey
from extauthz.records.ledger.proofs import GrowthProof, NoProofError, ProofError, RecordProof
from extauthz.terminal import json_text, say

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_SHOWN: Final = ("time", "kind", "decision", "reason", "source", "destination", "id")
_GIVE: Final = "give a proof, as `phiguard audit prove` writes it"


class CheckedProof(TypedDict):
    """What a proof proves."""

    file: str
    holds: bool
    says: Annotated[str, "what it proves, or why it does not"]


def add_parser(actions: "_Subparsers") -> None:
    """Add `prove` and `verify-proof`."""
    prove = actions.add_parser("prove", help="prove one record, or that a ledger only grew")
    prove.add_argument(
        "words",
        nargs="+",
        metavar="ID DIR",
        help="id of a decision and folders; with --consistency, folders only",
    )
    prove.add_argument(
        "--checkpoint",
        type=Path,
        metavar="FILE",
        help="prove it for this checkpoint (default: the newest one in the folder)",
    )
    prove.add_argument(
        "--consistency",
        type=Path,
        nargs=2,
        metavar=("OLD", "NEW"),
        help="prove that the ledger of NEW only added to that of OLD",
    )
    prove.add_argument("--worker", type=int, metavar="N", help="of the ledger, if there are many")
    formats.declare(prove, OtherForm("a proof with signed notes"))
    prove.set_defaults(run=_prove)
    check = actions.add_parser("verify-proof", help="check a proof with the public key alone")
    check.add_argument("file", type=Path, metavar="FILE")
    keys.add_option(check, required=True)
    formats.add(check, JsonForm(CheckedProof))
    check.set_defaults(run=_check)


def _prove(args: argparse.Namespace) -> int:
    if args.consistency is not None:
        chains = _of_worker(ledgers.chains_in(list(map(Path, args.words))), args.worker)
        text = _growth(chains, *args.consistency).text
    else:
        id_, *folders = args.words
        if not folders:
            raise UsageError("prove: give the id of a decision, and the folder of the ledger")
        chains = _of_worker(ledgers.chains_in(list(map(Path, folders))), args.worker)
        hit, is_indexed = found(id_, chains)
        path = args.checkpoint or hit.chain.folder / note_files.checkpoint_name(hit.chain.worker)
        text = of_record(hit, signed.note(path), path).text
        if not is_indexed:
            say.problem(f"{id_}: no index names it; it was found by reading all records")
    output_file.write((text,), None)
    return 0


def _of_worker(chains: list[Chain], worker: int | None) -> list[Chain]:
    found = [chain for chain in chains if worker in (None, chain.worker)]
    if not found:
        raise UsageError(f"--worker {worker}: no such worker in {ledgers.places(chains)}")
    return found


def found(id_: str, chains: Sequence[Chain]) -> tuple[Hit, bool]:
    """Return the record with this id, and whether an index has named it.

    Where none does, all records are read. Raises UsageError when there is no such record.
    """
    hit = indexed.find(id_, chains)
    if hit is not None:
        return hit, True
    hit = next(Search(Wanted((exactly("id", id_),))).over(chains), None)
    if hit is None:
        raise UsageError(
            f"{id_}: no decision has this id in {ledgers.places(chains)}; "
            f"give the whole id, and the ledgers of all replicas{only_counted(chains)}"
        )
    return hit, False


def of_record(hit: Hit, note: str, path: Path) -> RecordProof:
    """Return the proof of a record for a note, which stands in a file. Raises UsageError."""
    tree, index = _claimed(note, path, hashes.chain_id(hit.chain)), hit.record["seq"] - 1
    if index >= tree.size:
        raise UsageError(
            f"{path}: it covers {tree.size} records, and this is record {index + 1}; "
            "wait for the next checkpoint"
        )
    with hashes.stored(hit.chain, tree) as read:
        path_ = merkle.inclusion(read, index, tree.size)
    if merkle.root_of(leaf_hash(hit.line), index, tree.size, path_) != tree.root:
        raise _unfit(path)
    return RecordProof(hit.line, index, tuple(path_), note)


def _growth(chains: Sequence[Chain], old: Path, new: Path) -> GrowthProof:
    signed.check_notes((old, new))
    notes = signed.note(old), signed.note(new)
    both = [
        (chain, earlier, later)
        for chain in chains
        for earlier, later in [[_tree(note, hashes.chain_id(chain)) for note in notes]]
        if earlier is not None and later is not None
    ]
    if len(both) != 1:
        raise UsageError(
            f"{old} and {new}: {len(both)} of the ledgers here are in both; "
            "give one folder, and --worker"
        )
    chain, earlier, later = both[0]
    if earlier.size > later.size:
        raise UsageError(f"{old}: it is later than {new}; give the older one first")
    with hashes.stored(chain, later) as read:
        path = merkle.consistency(read, earlier.size, later.size)
    before, after = (earlier.size, earlier.root), (later.size, later.root)
    if not merkle.is_consistent(before, after, path):
        raise _unfit(new)
    return GrowthProof(later.origin, *notes, tuple(path))


def _tree(note: str, chain_id: str) -> Checkpoint | None:
    """Return the tree of a chain that a note speaks of, whoever signed it, or None."""
    with contextlib.suppress(NoteError):
        return next((t for t in checkpoints.claimed(note) if t.chain == chain_id), None)
    return None


def _claimed(note: str, path: Path, chain_id: str) -> Checkpoint:
    tree = _tree(note, chain_id)
    if tree is None:
        raise UsageError(f"{path}: it does not speak of this ledger; give one of its checkpoints")
    return tree


def _unfit(path: Path) -> UsageError:
    return UsageError(f"{path}: the ledger does not fit it; run `phiguard audit verify`")


def _check(args: argparse.Namespace) -> int:
    trusted = keys.given(args)
    try:
        proof = proofs.parse(signed.note(args.file, _GIVE))
        found = CheckedProof(file=str(args.file), holds=True, says=_told(proof, trusted))
    except NoProofError as error:
        raise UsageError(f"{args.file}: {error}; {_GIVE}") from None
    except (ProofError, NoteError) as error:
        found = CheckedProof(file=str(args.file), holds=False, says=str(error))
    if args.format == formats.JSON:
        json_text.write(found)
    else:
        say.line(found["says"] if found["holds"] else f"{args.file}: {found['says']}")
    return int(not found["holds"])


def _told(proof: RecordProof | GrowthProof, trusted: Sequence[PublicKey]) -> str:
    """Return what a proof proves. Raises ProofError, NoteError."""
    if isinstance(proof, GrowthProof):
        old, new = proof.check(trusted)
        return (
            f"the ledger {proof.origin} with {new.size} records holds all {old.size} records of "
            "before, unchanged and in their places"
        )
    tree = proof.check(trusted)
    record = unseal(proof.line) or {}
    said = (f"{key} {record[key]}" for key in _SHOWN if record.get(key))
    return (
        f"record {proof.index + 1} of {tree.size} in the signed ledger {tree.origin}: "
        f"{', '.join(said)}"
    )
