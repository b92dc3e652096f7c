"""`phiguard istio render` writes the mesh's configuration; `phiguard istio check` checks it.

Exit codes: 0 clean, 1 problems found, 2 wrong use or unreadable input.
"""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from extauthz.commands import policies
from extauthz.records.release import VERSION
from mesh.istio import check as checks
from mesh.istio import snapshot
from mesh.istio.edges import Naming
from mesh.istio.installation import EXTENSION_PROVIDER, Installation, InstallationError
from mesh.istio.render import EDGES_FILE, files, policy_edges

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

NAMESPACE = "phiguard-system"
IMAGE = f"phiguard:{VERSION}"
ACCOUNT_LABEL = "app"
_SUFFIXES = (".yaml", ".yml", ".json")


class _UsageError(Exception):
    """An argument cannot be used. The text is one line."""


def add_parser(subparsers: "_Subparsers") -> None:
    """Add `istio` with its own subcommands."""
    parser = subparsers.add_parser("istio", help="write or check the mesh's configuration")
    actions = parser.add_subparsers(dest="action", required=True, metavar="render|check")
    render = actions.add_parser("render", help="write the manifests of an installation")
    render.add_argument(
        "--namespace", default=NAMESPACE, help="the guard's namespace (default: %(default)s)"
    )
    render.add_argument(
        "--image",
        default=IMAGE,
        help="the guard's image, preferably with a digest (default: %(default)s)",
    )
    render.add_argument(
        "--output",
        type=Path,
        default=Path("istio-config"),
        metavar="DIR",
        help="default: %(default)s",
    )
    render.add_argument(
        "--policy",
        type=Path,
        metavar="FILE|DIR",
        help="also write the policy's edges as AuthorizationPolicy",
    )
    render.add_argument(
        "--account-label",
        default=ACCOUNT_LABEL,
        metavar="KEY",
        help="pod label that holds the pod's service account (default: %(default)s)",
    )
    check = actions.add_parser("check", help="report configuration that lets PHI pass unread")
    check.add_argument(
        "path", type=Path, metavar="DIR", help="manifests, or `kubectl get -A -o yaml` output"
    )
    check.add_argument(
        "--provider",
        default=EXTENSION_PROVIDER,
        help="the extension provider's name (default: %(default)s)",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the subcommand. Return the exit code."""
    try:
        return _render(args) if args.action == "render" else _check(args)
    except (_UsageError, InstallationError, snapshot.SnapshotError) as error:
        sys.stderr.write(f"phiguard istio: {error}\n")
        return 2


def _render(args: argparse.Namespace) -> int:
    output: Path = args.output
    rendered = files(Installation(namespace=args.namespace, image=args.image))
    left_out: tuple[str, ...] = ()
    if args.policy is not None:
        text, left_out = policy_edges(policies.usable(args.policy), Naming(args.account_label))
        rendered[EDGES_FILE] = text
    try:
        output.mkdir(parents=True, exist_ok=True)
        for name, text in rendered.items():
            (output / name).write_text(text, encoding="utf-8")
            sys.stdout.write(f"{output / name}\n")
    except OSError as error:
        raise _UsageError(
            f"cannot write `{output}` ({error.strerror}); give a folder to --output"
        ) from None
    for line in left_out:
        sys.stderr.write(
            f"phiguard istio: not in {EDGES_FILE}, so the mesh would close it: {line}\n"
        )
    return 1 if left_out else 0


def _check(args: argparse.Namespace) -> int:
    given = snapshot.read(_read(args.path))
    if not given.documents:
        raise _UsageError(
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
        raise _UsageError(f"`{path}`: {(error.strerror or 'unreadable').lower()}; {give}") from None
    found = (
        [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.suffix in _SUFFIXES)
    )
    if not found:
        raise _UsageError(f"no YAML in `{path}`; {give}")
    try:
        return {str(file): file.read_text(encoding="utf-8") for file in found}
    except (OSError, UnicodeDecodeError):
        raise _UsageError(
            f"cannot read all of `{path}` as UTF-8 text; check its permissions and files"
        ) from None
