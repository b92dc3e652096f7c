"""`phiguard audit tail`: the last decisions of all workers and replicas, and those to come."""

import argparse
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from extauthz.commands.audit import decision_rows, ledgers
from extauthz.commands.audit.ledgers import Chain
from extauthz.commands.audit.record_words import DECISION, SUMMARY
from extauthz.commands.audit.sealed_lines import Record
from extauthz.commands.errors import UsageError
from extauthz.commands.output import formats, output_file
from extauthz.commands.output.formats import JsonForm
from extauthz.records.exports import json_lines
from extauthz.records.ledger import segments
from extauthz.records.ledger.chain import unseal
from extauthz.terminal import say

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_POLL_SECONDS: Final = 0.5


def add_parser(actions: "_Subparsers") -> None:
    """Add `tail`."""
    parser = actions.add_parser("tail", help="show the last decisions")
    ledgers.add_folders(parser)
    formats.add(parser, JsonForm(file="ledger.schema.json", is_lines=True), text=formats.TABLE)
    parser.add_argument(
        "--lines", "-n", type=int, default=20, metavar="N", help="default: %(default)s"
    )
    parser.add_argument("--follow", "-f", action="store_true", help="go on with new decisions")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the last decisions by time. `--follow` goes on until it is interrupted."""
    if args.lines <= 0:
        raise UsageError(f"--lines {args.lines}: too small; give a number above 0")
    followed = Followed(args.folders)
    records = [record for chain in followed.chains for record in _last(chain, args.lines)]
    _write(sorted(records, key=_time)[-args.lines :], args.format, head=True)
    while args.follow:
        say.flush()
        time.sleep(_POLL_SECONDS)
        _write(followed.new(), args.format, head=False)
    return 0


class Followed:
    """Ledgers whose new records are read as they come.

    Args:
        folders: of the ledgers.

    Raises:
        UsageError: one has no segment, or cannot be read.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = folders
        self.chains = ledgers.chains_in(folders)
        # of each chain, the bytes of its last segment that were read
        self._read = {
            (chain.folder, chain.worker): (chain.names[-1], _whole(chain, chain.names[-1]))
            for chain in self.chains
        }

    def new(self) -> list[Record]:
        """Return the decisions and summaries since the last call, by time. Raises UsageError."""
        found: list[Record] = []
        for chain in ledgers.chains_in(self._folders):
            key = chain.folder, chain.worker
            last, size = self._read.get(key, ("", 0))
            for name in chain.names:
                plain = segments.plain_name(name)
                if plain < segments.plain_name(last):
                    continue
                start = size if plain == segments.plain_name(last) else 0
                data = _after(chain, name, start)
                end = data.rfind(b"\n") + 1
                found += _decisions(data[:end])
                self._read[key] = name, start + end
        return sorted(found, key=_time)


def _after(chain: Chain, name: str, start: int) -> bytes:
    """Return a segment from there on. Raises UsageError."""
    if name.endswith(segments.PACKED):
        return chain.lines(name)[start:]
    path = chain.folder / name
    try:
        with path.open("rb") as file:
            file.seek(start)
            return file.read()
    except OSError as error:
        raise UsageError(
            f"{path}: {(error.strerror or 'unreadable').lower()}; run as a user with access"
        ) from None


def _whole(chain: Chain, name: str) -> int:
    return chain.lines(name).rfind(b"\n") + 1


def _last(chain: Chain, number: int) -> list[Record]:
    own: list[Record] = []
    for name in reversed(chain.names):
        own = _decisions(chain.lines(name)) + own
        if len(own) >= number:
            break
    return own[-number:]


def _decisions(data: bytes) -> list[Record]:
    records = map(unseal, data.split(b"\n"))
    return [r for r in records if r is not None and r.get("kind") in (DECISION, SUMMARY)]


def _time(record: Record) -> str:
    return str(record.get("time"))


def _write(records: Iterable[Record], form: str, *, head: bool) -> None:
    if form == formats.JSON:
        output_file.write((json_lines.line(record) for record in records), None)
    else:
        say.lines(decision_rows.lines(records, head=head))
