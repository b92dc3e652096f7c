"""`phiguard posture collect`: write what a live cluster shows into a folder, by the least role."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypedDict

from extauthz.commands.errors import UNREAD, UsageError
from extauthz.commands.output import formats, kubernetes_list, output_file
from extauthz.commands.output.formats import JsonForm
from extauthz.commands.output.kubernetes_list import KubernetesList
from extauthz.commands.posture import sources
from extauthz.posture import cluster, folder_writer, proxy_job
from extauthz.posture.folder_writer import WriteError
from extauthz.terminal import json_text, say

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


class Collected(TypedDict):
    """What was written into a folder."""

    folder: str
    objects: Annotated[int, "how many"]
    kinds: Annotated[int, "of so many kinds"]
    proxies: Annotated[int, "dumps of so many proxies"]
    problems: Annotated[list[str], "what could not be read"]


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
    formats.add(parser, JsonForm(Collected | KubernetesList))
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Collect. Returns 2 when something could not be read. Raises UsageError."""
    if args.role:
        return _objects(args, cluster.role(sources.root_of(args.source)))
    if args.job:
        return _objects(args, proxy_job.manifests(args.job, sources.root_of(args.source)))
    if not sources.is_live(args.source):
        raise UsageError(f"{args.source or 'collect'}: name the cluster: {sources.SCHEME}")
    if args.output is None:
        raise UsageError("collect: name a new folder with --output DIR")
    return _collected(args, args.output)


def _collected(args: argparse.Namespace, output: Path) -> int:
    found = sources.collected(args)
    if not found.listings:
        why = f" ({found.problems[0]})" if found.problems else ""
        raise UsageError(f"{args.source}: nothing could be listed{why}")
    try:
        folder_writer.write(found, output)
    except WriteError as error:
        raise UsageError(f"--output {error}") from None
    made = Collected(
        folder=str(output),
        objects=sum(len(each.items) for each in found.listings),
        kinds=len(found.listings),
        proxies=len(found.dumps),
        problems=list(found.problems),
    )
    for problem in found.problems:
        say.note(f"not read: {problem}")
    if args.format == formats.JSON:
        json_text.write(made)
    else:
        say.note(
            f"{output}: {made['objects']} objects of {made['kinds']} kinds, "
            f"{made['proxies']} proxies"
        )
    return UNREAD * bool(found.problems)


def _objects(args: argparse.Namespace, text: str) -> int:
    if args.format == formats.JSON:
        json_text.write(kubernetes_list.of_yaml(text))
    else:
        output_file.write((text,), None)
    return 0
