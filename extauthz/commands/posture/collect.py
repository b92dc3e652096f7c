"""`phiguard posture collect`: write what a live cluster shows into a folder, by the least role."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from extauthz.commands.errors import UsageError
from extauthz.commands.posture import sources
from extauthz.posture import cluster, folder_writer, proxy_job
from extauthz.posture.folder_writer import WriteError

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def add_parser(actions: "_Subparsers") -> None:
    """Add `collect`."""
    parser = actions.add_parser("collect", help="write what a cluster shows into a folder")
    parser.add_argument(
        "source",
        nargs="?",
        default="",
        metavar="kubernetes://[NAMESPACE]",
        help="the cluster, with NAMESPACE as the mesh's root namespace",
    )
    sources.add_cluster(parser)
    parser.add_argument(
        "--output", "-o", type=Path, metavar="DIR", help="a new folder for this collection"
    )
    parser.add_argument(
        "--role",
        action="store_true",
        help="print the roles that kubernetes:// needs, and end",
    )
    parser.add_argument(
        "--job",
        metavar="IMAGE",
        help="print a Job that collects the proxies' dumps, and end. IMAGE has a shell and "
        "kubectl. Its role is powerful: it may run commands in every pod",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Collect. Returns 1 when something could not be read. Raises UsageError."""
    if args.role:
        sys.stdout.write(cluster.role(sources.root_of(args.source)))
        return 0
    if args.job:
        sys.stdout.write(proxy_job.manifests(args.job, sources.root_of(args.source)))
        return 0
    if not sources.is_live(args.source):
        raise UsageError(f"{args.source or 'collect'}: name the cluster: {sources.SCHEME}")
    if args.output is None:
        raise UsageError("collect: name a new folder with --output DIR")
    found = sources.collected(args)
    if not found.listings:
        why = f" ({found.problems[0]})" if found.problems else ""
        raise UsageError(f"{args.source}: nothing could be listed{why}")
    try:
        folder_writer.write(found, args.output)
    except WriteError as error:
        raise UsageError(f"--output {error}") from None
    for problem in found.problems:
        sys.stderr.write(f"not read: {problem}\n")
    count = sum(len(each.items) for each in found.listings)
    sys.stderr.write(
        f"{args.output}: {count} objects of {len(found.listings)} kinds, {len(found.dumps)} "
        "proxies\n"
    )
    return int(bool(found.problems))
