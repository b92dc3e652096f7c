"""Case files on disk for `simulate` and `policy test`."""

import functools
from collections.abc import Iterator, Mapping
from pathlib import Path

from extauthz.commands.errors import UsageError
from extauthz.policy_store import PolicyUnreadableError, policy_files
from mesh.cases import Case, CaseResult, load, run
from mesh.problems import PolicyError
from phiscan.scanner import Engine


def run_file(path: Path, engine: Engine) -> Iterator[CaseResult]:
    """Run every case of a file. Raises as `pairs_of_file`."""
    for _, result in pairs_of_file(path, engine):
        yield result


def pairs_of_file(path: Path, engine: Engine) -> Iterator[tuple[Case, CaseResult]]:
    """Run every case of a file. Paths in it are beside it. Raises UsageError with all that is wrong with it."""
    try:
        text = path.read_text(encoding="utf-8")
        cases = load(text, file=str(path), read=functools.partial(_read, path.parent))
    except OSError as error:
        raise UsageError(f"{path}: {(error.strerror or 'unreadable').lower()}; give a case file") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path}: not UTF-8 text; give a case file written in YAML") from None
    except PolicyError as error:
        raise UsageError("\n".join(str(p) for p in error.problems)) from None
    scanner_of = functools.partial(engine.scanner, clock=lambda: 0.0)  # no deadline: a case gives one answer always
    for case in cases:
        yield case, run(case, scanner_of)


def _read(base: Path, name: str) -> bytes | Mapping[str, bytes]:
    path = base / name
    if not path.is_dir():
        return path.read_bytes()
    try:
        return {str(Path(name) / file.name): file.read_bytes() for file in policy_files(path)}
    except PolicyUnreadableError as error:
        raise OSError(0, str(error)) from None
