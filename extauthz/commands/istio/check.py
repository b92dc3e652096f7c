"""`phiguard istio check` reports configuration that lets PHI pass unread."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from extauthz.commands.istio.errors import UsageError
from mesh.istio import check as checks
from mesh.istio import snapshot
from mesh.istio.installation import EXTENSION_PROVIDER

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_SUFFIXES = (".yaml", ".yml", ".json")


def add_parser(subparsers: "_Subparsers") -> None:
    """Add `check`."""
    check = subparsers.add_parser("check", help="report configuration that lets PHI pass unread")
    check.add_argument(
        "path", type=Path, metavar="DIR", help="manifests, or `kubectl get -A -o yaml` output"
    )
    check.add_argument(
        "--provider",
        default=EXTENSION_PROVIDER,
        help="the extension provider's name (default: %(default)s)",
    )
    check.set_defaults(command=run)


def run(args: argparse.Namespace) -> int:
    """Judge the objects. Return the exit code."""
    given = snapshot.read(_read(args.path))
    if not given.documents:
        raise UsageError(
            f"no object in `{args.path}`; give a folder of manifests or of `kubectl get -o yaml` "
            "output"
        )
    problems = checks.check(given, args.provider)
    for problem in problems:
        sys.stdout.write(f"{problem}\n")
    unseen = ", ".join(checks.unseen(given))
    sys.stderr.write(f"{len(given.documents)} documents, {len(problems)} problems")
    sys.stderr.write(f"; not given, so not judged: {unseen}\n" if unseen else "\n")
    return 1 if problems else 0


def _read(path: Path) -> dict[str, str]:
    """Return the text by file name, for one file or for a folder and all below it."""
    give = "give a folder of manifests or of `kubectl get -o yaml` output"
    try:
        if not path.is_file():
            next(path.iterdir(), None)  # `rglob` skips what it may not read
    except OSError as error:
        raise UsageError(f"`{path}`: {(error.strerror or 'unreadable').lower()}; {give}") from None
    found = (
        [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.suffix in _SUFFIXES)
    )
    if not found:
        raise UsageError(f"no YAML in `{path}`; {give}")
    try:
        return {str(file): file.read_text(encoding="utf-8") for file in found}
    except (OSError, UnicodeDecodeError):
        raise UsageError(
            f"cannot read all of `{path}` as UTF-8 text; check its permissions and files"
        ) from None
