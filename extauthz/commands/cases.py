"""Case files on disk, for `simulate` and `policy test`.

A case runs with the detectors in its policy's folder.
"""

import argparse
import functools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from extauthz.commands import engine
from extauthz.commands.errors import UsageError
from extauthz.detection import detector_sets
from extauthz.detection.detector_sets import DetectorSet
from extauthz.policies import revision
from extauthz.policies.files import PolicyFiles, PolicyUnreadableError
from mesh.analysis.case_file import load
from mesh.analysis.cases import Case, CaseResult, run
from mesh.policy.vocabulary import Vocabulary
from mesh.policy_file.problems import PolicyError
from phiscan.engine import Engine


def add_choices(parser: argparse.ArgumentParser) -> None:
    """Add the options that choose the detectors of the cases."""
    engine.add_detectors(parser)
    engine.add_choices(parser)


class Engines:
    """The engines of a command: one for each set of detectors, compiled once.

    Args:
        args: parsed arguments of `add_choices`.
    """

    def __init__(self, args: argparse.Namespace) -> None:
        self.given = [engine.read_set(path) for path in args.detectors]
        self._args = args
        self._known: dict[tuple[str, ...], Engine] = {}

    def of(self, sets: Sequence[DetectorSet]) -> Engine:
        """Return the engine with these sets. Raises UsageError."""
        key = tuple(each.digest for each in sets)
        if key not in self._known:
            self._known[key] = engine.load_with(self._args, sets)
        return self._known[key]


def pairs_of_file(path: Path, engines: Engines) -> Iterator[tuple[Case, CaseResult]]:
    """Run every case of a file. Paths in the file are relative to its folder.

    Raises:
        UsageError: with all problems of the file.
    """
    beside = _Beside(path.parent, engines.given)
    try:
        text = path.read_text(encoding="utf-8")
        cases = load(text, file=str(path), read=beside.read, words_of=beside.words_of)
    except OSError as error:
        raise UsageError(
            f"{path}: {(error.strerror or 'unreadable').lower()}; give a case file"
        ) from None
    except UnicodeDecodeError:
        raise UsageError(f"{path}: not UTF-8 text; give a case file written in YAML") from None
    except PolicyError as error:
        raise UsageError("\n".join(str(p) for p in error.problems)) from None
    # no deadline: a case always gives the same answer
    scanner_of = functools.partial(engines.of(beside.sets).scanner, clock=lambda: 0.0)
    for case in cases:
        yield case, run(case, scanner_of)


class _Beside:
    """Reads the files that a case file names, and the detectors beside its policy."""

    def __init__(self, base: Path, given: Sequence[DetectorSet]) -> None:
        self._base = base
        self.sets = tuple(given)

    def read(self, name: str) -> bytes | Mapping[str, bytes]:
        """Return the bytes of a file, or the bytes of a folder's policy files by name.

        Raises:
            OSError: it cannot be read.
            PolicyError: a detector set in the folder is broken.
        """
        path = self._base / name
        if not path.is_dir():
            return path.read_bytes()
        try:
            texts = PolicyFiles(path).read()
        except PolicyUnreadableError as error:
            raise OSError(0, str(error)) from None
        found, problems = revision.check_sets(texts.detectors)
        if found is None:
            raise PolicyError(problems)
        self.sets = (*self.sets, *found)
        return {
            str(Path(name) / Path(file).name): text.encode()
            for file, text in texts.policies.items()
        }

    def words_of(self, _: str) -> Vocabulary:
        """Return what the policy may name. `read` must have read the policy before."""
        return Vocabulary(detector_sets.vocabulary(self.sets))
