"""`phiguard istio render` writes the objects of an installation as files."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from extauthz.commands import policies
from extauthz.commands.istio.errors import UsageError
from extauthz.records.release import VERSION
from mesh.istio.edges import Naming
from mesh.istio.installation import Installation
from mesh.istio.render import EDGES_FILE, files, policy_edges

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

NAMESPACE = "phiguard-system"
IMAGE = f"phiguard:{VERSION}"
ACCOUNT_LABEL = "app"


def add_parser(subparsers: "_Subparsers") -> None:
    """Add `render`."""
    render = subparsers.add_parser("render", help="write the manifests of an installation")
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
    render.set_defaults(command=run)


def run(args: argparse.Namespace) -> int:
    """Write the files. Return the exit code."""
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
        raise UsageError(
            f"cannot write `{output}` ({error.strerror}); give a folder to --output"
        ) from None
    for line in left_out:
        sys.stderr.write(
            f"phiguard istio: not in {EDGES_FILE}, so the mesh would close it: {line}\n"
        )
    return 1 if left_out else 0
