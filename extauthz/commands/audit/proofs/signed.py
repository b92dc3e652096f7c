"""The trees that keys have signed, and whether the ledgers at hand fit them."""

import contextlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from extauthz.commands.audit.filters import kinds
from extauthz.commands.audit.ledgers import Chain
from extauthz.commands.audit.proofs.hashes import tree_file
from extauthz.commands.audit.search import Search
from extauthz.commands.audit.wanted import Wanted
from extauthz.commands.errors import UsageError
from extauthz.records.ledger import checkpoints, merkle, note_files
from extauthz.records.ledger.chain import Record
from extauthz.records.ledger.checkpoints import Checkpoint
from extauthz.records.ledger.merkle import Tree, leaf_hash
from extauthz.records.ledger.notes import NoteError, PublicKey, is_note
from extauthz.records.ledger.tree_file import tree_name


@dataclass(frozen=True, slots=True)
class Target:
    """A signed tree, and the note that says it."""

    tree: Checkpoint
    source: Path


def rotations(chains: Iterable[Chain]) -> list[str]:
    """Return the rotations that the ledgers hold. Each one proves itself. Raises UsageError."""
    found: list[str] = []
    for hit in Search(Wanted((kinds(["key"]),))).over(chains):
        notes = hit.record.get("rotations")
        found += (
            [each for each in notes if isinstance(each, str)] if isinstance(notes, list) else []
        )
    return found


def note(path: Path, give: str = "give a checkpoint or a manifest") -> str:
    """Return the text of a note. Raises UsageError, which says what to give."""
    try:
        return note_files.read(path)
    except OSError as error:
        why = (error.strerror or "unreadable").lower()
        raise UsageError(f"{path}: {why}; {give}") from None


def check_notes(paths: Iterable[Path]) -> None:
    """Check that files are notes, whatever they say. Raises UsageError: another file was given."""
    for path in paths:
        if not is_note(note(path)):
            raise UsageError(f"{path}: no signed note; give a checkpoint or a manifest")


def beside(chains: Iterable[Chain]) -> list[Path]:
    """Return the notes that the guard keeps beside these ledgers."""
    paths = [
        chain.folder / name
        for chain in chains
        for name in (note_files.checkpoint_name(chain.worker), note_files.MANIFEST)
    ]
    return [path for path in dict.fromkeys(paths) if path.exists()]


def targets(paths: Iterable[Path], keys: Sequence[PublicKey]) -> tuple[list[Target], list[str]]:
    """Return the trees of all notes, and the problems of those that cannot be trusted."""
    found, problems = list[Target](), list[str]()
    for path in paths:
        try:
            found += [Target(tree, path) for tree in checkpoints.trees(note(path), keys)]
        except NoteError as error:
            problems.append(f"{path}: {error}")
    return found, problems


class SignedChain:
    """Follows one chain while it is verified, and holds its tree against what was signed.

    `problems` says what does not fit, and `id` which chain it is, as the origin of its tree.

    `roots` are those of its tree at `marks`, and `moved` is the number of records before its first.

    Args:
        chain: its files. Of records that were moved away, the tree file is read.
        wanted: what was signed, of any chain.
        marks: where parts of chains in other folders begin.
    """

    def __init__(
        self, chain: Chain, wanted: Sequence[Target], marks: Collection[int] = frozenset()
    ) -> None:
        self._chain = chain
        self._marks = marks
        self.moved = 0
        self.roots: dict[int, bytes] = {}
        self._all = wanted
        self._wanted: list[Target] = []
        self._tree: Tree | None = None
        self.problems: list[str] = []
        self.id = ""
        self.signed = 0

    def record(self, record: Record, line: bytes) -> None:
        """Take the next record that holds."""
        if not self._all:
            return
        leaf = leaf_hash(line)
        if self._tree is None:
            self._tree = self._begin(record["seq"] - 1, leaf)
        if self._tree.size + 1 != record["seq"]:
            return
        self._tree.append(leaf)
        if self._tree.size in self._marks:
            self.roots[self._tree.size] = self._tree.root()
        for target in self._wanted:
            if target.tree.size == self._tree.size:
                self._compare(target, self._tree.root())

    @property
    def size(self) -> int:
        """Number of the last record that was taken."""
        return self._tree.size if self._tree is not None else 0

    @property
    def place(self) -> str:
        """Where it is, for people."""
        return f"{self._chain.folder}: worker {self._chain.worker}"

    def _begin(self, moved: int, leaf: bytes) -> Tree:
        self.moved = moved
        if not moved:
            self._choose(leaf)
            return Tree()
        with contextlib.suppress(OSError), tree_file(self._chain) as file:
            if file.leaves >= moved:
                self._choose(file.read(0))
                for target in self._wanted:
                    if target.tree.size <= moved:
                        self._compare(target, merkle.root(file.read, target.tree.size))
                tree = Tree(moved, file.read)
                self.roots[moved] = tree.root()
                return tree
        self.problems.append(
            f"{self._chain.folder / tree_name(self._chain.worker)}: it must stand for records 1 to "
            f"{moved}, which are not here; restore it from a copy"
        )
        return Tree()

    def _choose(self, first: bytes) -> None:
        self.id = checkpoints.chain_id(first)
        self._wanted = [each for each in self._all if each.tree.chain == self.id]

    def _compare(self, target: Target, root: bytes) -> None:
        if root == target.tree.root:
            self.signed = max(self.signed, target.tree.size)
        else:
            self.problems.append(
                f"{target.source}: the first {target.tree.size} records of worker "
                f"{self._chain.worker} are not those that were signed"
            )


def apart(followed: Sequence[SignedChain]) -> Iterator[str]:
    """Yield which parts of one chain, in several folders, do not fit, and which are not signed."""
    for part in followed:
        others = [each for each in followed if each.id == part.id and each is not part]
        at = part.moved
        here = max((each.size for each in others if each.moved < at), default=at)
        if here < at:
            yield f"{part.place} begins after record {at}, and {here} records before it are here"
        for each in others:
            if at and each.roots.get(at, part.roots.get(at)) != part.roots.get(at):
                yield f"{each.place}: records 1 to {at} are not those before {part.place}"
        if not part.signed and not part.problems and not any(_goes_on(o, part) for o in others):
            yield f"{part.place}: no given key has signed any of its records"


def _goes_on(later: SignedChain, earlier: SignedChain) -> bool:
    return later.signed >= later.moved == earlier.size > 0


def absent(wanted: Iterable[Target], followed: Sequence[SignedChain]) -> Iterator[str]:
    """Yield which signed records are not here: of a ledger's end, or a whole ledger.

    The segments of one chain may be in several folders.
    """
    sizes: dict[str, int] = {}
    for each in followed:
        sizes[each.id] = max(each.size, sizes.get(each.id, 0))
    for target in {each.tree.origin: each for each in wanted}.values():
        if target.tree.chain not in sizes:
            yield (
                f"{target.source}: the ledger {target.tree.origin} with {target.tree.size} signed "
                "records is missing, or was written again"
            )
    for target in wanted:
        here = sizes.get(target.tree.chain, target.tree.size)
        if target.tree.size > here:
            yield (
                f"{target.source}: {target.tree.size} records of the ledger {target.tree.origin} "
                f"were signed, and {here} are here: its end was cut off"
            )
