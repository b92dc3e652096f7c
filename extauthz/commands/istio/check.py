"""`phiguard istio check` reports configuration that lets PHI pass unread."""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from extauthz.commands.errors import UsageError
from extauthz.commands.istio import cluster, outputs, sources
from extauthz.commands.istio.outputs import FORMATS, Checked
from extauthz.commands.output import formats, kubernetes_list, output_file
from extauthz.commands.output.formats import JsonForm
from extauthz.commands.output.kubernetes_list import KubernetesList
from extauthz.terminal import json_text, say
from mesh.istio import check as checks
from mesh.istio.installation import EXTENSION_PROVIDER
from mesh.istio.problem import Severity
from mesh.istio.snapshot import MeshSnapshot

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_ORDER: Final = {severity: place for place, severity in enumerate(Severity)}


def add_parser(subparsers: "_Subparsers") -> None:
    """Add `check`."""
    check = subparsers.add_parser("check", help="report configuration that lets PHI pass unread")
    check.add_argument(
        "paths",
        nargs="*",
        metavar="FILE|DIR|-|kubernetes://[NAMESPACE]",
        help="manifests, `kubectl get -o yaml` or `-o json` output, - for standard input, or the "
        "objects of a cluster, with NAMESPACE as the mesh's root namespace",
    )
    check.add_argument(
        "--provider",
        default=EXTENSION_PROVIDER,
        help="the extension provider's name (default: %(default)s)",
    )
    others = tuple(name for name in FORMATS if name != formats.JSON)
    formats.add(check, JsonForm(outputs.MeshReport | KubernetesList), others=others)
    check.add_argument(
        "--kubeconfig",
        type=Path,
        metavar="FILE",
        help="how to reach the cluster of kubernetes:// (default: as a pod of it)",
    )
    check.add_argument(
        "--kubernetes-api",
        default="",
        metavar="URL",
        help="address of `kubectl proxy`, in place of a kubeconfig",
    )
    check.add_argument(
        "--role",
        action="store_true",
        help="print the ClusterRole that kubernetes:// needs, and end",
    )
    check.add_argument(
        "--revision",
        action="append",
        default=[],
        metavar="NAME",
        help="with --role: a revision of istiod beside the default one; may be repeated",
    )
    check.set_defaults(command=run)


def run(args: argparse.Namespace) -> int:
    """Judge the objects. Return the exit code."""
    if args.role:
        if args.format == formats.JSON:
            json_text.write(kubernetes_list.of_yaml(_role(args.paths, args.revision)))
        else:
            output_file.write((_role(args.paths, args.revision),), None)
        return 0
    if args.revision:
        raise UsageError("--revision is for --role; the check itself reads every revision")
    given, skipped = _given(args)
    found = sorted(checks.check(given, args.provider), key=lambda p: _ORDER[p.rule.severity])
    checked = Checked(tuple(found), len(given.documents), checks.unseen(given), skipped)
    if args.format == formats.TEXT:
        say.lines(outputs.lines(checked))
    else:
        output_file.write((FORMATS[args.format](checked),), None)
    for line in outputs.summary(checked):
        say.note(line)
    return 1 if checked.failed else 0


def _role(paths: list[str], revisions: list[str]) -> str:
    if len(paths) > 1 or not all(path.startswith(cluster.SCHEME) for path in paths):
        raise UsageError(
            f"--role prints the roles of a cluster; give no path but {cluster.SCHEME}NAMESPACE"
        )
    return cluster.role(cluster.root_namespace("".join(paths)), revisions)


def _given(args: argparse.Namespace) -> tuple[MeshSnapshot, tuple[str, ...]]:
    live = [path for path in args.paths if path.startswith(cluster.SCHEME)]
    if live:
        if len(args.paths) > 1:
            raise UsageError(f"{live[0]} is a whole mesh; give it alone")
        return cluster.read(live[0], args.kubeconfig, args.kubernetes_api, os.environ)
    if args.kubeconfig or args.kubernetes_api:
        raise UsageError(
            f"--kubeconfig and --kubernetes-api reach a cluster; give {cluster.SCHEME}"
        )
    if not args.paths:
        raise UsageError(f"nothing to check; give a file, a folder, - or {cluster.SCHEME}")
    return sources.read(args.paths)
