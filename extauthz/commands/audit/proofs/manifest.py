"""`phiguard audit manifest`: one signed list of the ledgers of many replicas."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from extauthz.commands.audit import ledgers
from extauthz.commands.audit.proofs import hashes, keys
from extauthz.commands.errors import UsageError
from extauthz.commands.output import formats, output_file
from extauthz.commands.output.formats import OtherForm
from extauthz.records import ledger_time
from extauthz.records.ledger import checkpoints, note_files, notes
from extauthz.records.ledger.checkpoints import Manifest
from extauthz.terminal import say

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def add_parser(actions: "_Subparsers") -> None:
    """Add `manifest`."""
    parser = actions.add_parser("manifest", help="sign one list of the ledgers of many replicas")
    ledgers.add_folders(parser)
    parser.add_argument(
        "--checkpoint-key", type=Path, required=True, metavar="FILE", help="the private key"
    )
    formats.declare(parser, OtherForm("a signed note"))
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the manifest. Return 1 when a ledger has no checkpoint. Raises UsageError."""
    signer, rotations = keys.private(args.checkpoint_key)
    trusted = checkpoints.predecessors(signer.public, rotations)
    trees = set[checkpoints.Checkpoint]()
    for chain in ledgers.chains_in(args.folders):
        try:
            found = note_files.checkpoints_in(chain.folder, trusted).get(chain.worker)
        except OSError as error:
            raise UsageError(f"{chain.folder}: {error.strerror}") from None
        if found is None or found.chain != hashes.chain_id(chain):
            say.problem(f"{chain.folder}: worker {chain.worker} has no checkpoint of this key")
            return 1
        trees.add(found)
    manifest = Manifest(signer.public.name, ledger_time.now(), tuple(trees))
    output_file.write((notes.sign(manifest.text, signer),), None)
    return 0
