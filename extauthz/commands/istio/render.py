"""`phiguard istio render` writes the objects of an installation as files."""

import argparse
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypedDict, cast

from extauthz.commands import policies
from extauthz.commands.errors import UsageError
from extauthz.commands.istio import values_file, watching
from extauthz.commands.output import formats
from extauthz.commands.output.formats import JsonForm
from extauthz.records.release import VERSION
from extauthz.terminal import json_text, say
from mesh.istio.edges import Naming
from mesh.istio.installation import Installation
from mesh.istio.manifest import Manifest, to_yaml
from mesh.istio.render import EDGES_FILE, HEADER, files, policy_edges
from mesh.istio.values import Values
from mesh.policy_file.custom_resource import custom_resource_definition

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

NAMESPACE = "phiguard-system"
IMAGE = f"phiguard:{VERSION}"
ACCOUNT_LABEL = "app"
WATCHING_FILE = "guard/15-watching.yaml"
KIND_FILE = "guard/09-segmentation-policies.yaml"
"""The file of the kind SegmentationPolicy. The chart has the same in `crds/`."""
_FOLDERS = frozenset(
    {"guard", "mesh", "namespace", "namespaces", "mllp", "gateway", "gateways", "admission"}
)


class Rendered(TypedDict):
    """The manifests of an installation."""

    files: Annotated[list[str], "that were written, in the order of the installation"]
    older: Annotated[list[str], "of an earlier rendering, and not of this one"]
    leftOut: Annotated[list[str], "edges of the policy that the mesh would close"]


def add_parser(subparsers: "_Subparsers") -> None:
    """Add `render`."""
    render = subparsers.add_parser("render", help="write the manifests of an installation")
    add_choices(render)
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
    formats.add(render, JsonForm(Rendered))
    render.set_defaults(command=run)


def add_choices(parser: argparse.ArgumentParser) -> None:
    """Add the options that say what is installed."""
    parser.add_argument(
        "--namespace", default=NAMESPACE, help="the guard's namespace (default: %(default)s)"
    )
    parser.add_argument(
        "--image",
        default="",
        help=f"the guard's image, preferably with a digest (default: of the values, or {IMAGE})",
    )
    parser.add_argument(
        "--values", type=Path, metavar="FILE", help="what to choose, as for the Helm chart"
    )


def run(args: argparse.Namespace) -> int:
    """Write the files. Return the exit code."""
    output: Path = args.output
    chosen = installation(args)
    rendered = {KIND_FILE: _kind(), **files(chosen)}
    if watched := watching.watching(chosen):
        rendered[WATCHING_FILE] = _commented(WATCHING_FILE, "What watches the guard.", watched)
    left_out: tuple[str, ...] = ()
    if args.policy is not None:
        text, left_out = policy_edges(policies.usable(args.policy), Naming(args.account_label))
        rendered[EDGES_FILE] = text
    try:
        for name, text in rendered.items():
            (output / name).parent.mkdir(parents=True, exist_ok=True)
            (output / name).write_text(text, encoding="utf-8")
        older = [*_older(output, rendered.keys())]
    except OSError as error:
        raise UsageError(
            f"cannot write `{output}` ({error.strerror}); give a folder to --output"
        ) from None
    names = [str(output / name) for name in rendered]
    if args.format == formats.JSON:
        made = Rendered(files=names, older=list(map(str, older)), leftOut=list(left_out))
        json_text.write(made)
    else:
        say.lines(names)
    for path in older:
        say.problem(
            f"{path} is of an earlier rendering and not of this one: delete what "
            f"it made (`kubectl delete -f {path}`), then the file"
        )
    for line in left_out:
        say.problem(f"not in {EDGES_FILE}, so the mesh would close it: {line}")
    return 1 if left_out else 0


def _older(output: Path, rendered: Collection[str]) -> Iterator[Path]:
    """Files that another rendering left in the folder. `kubectl apply -f` would still take them."""
    for path in sorted(output.glob("*/**/*.yaml")):
        name = str(path.relative_to(output))
        if name.partition("/")[0] not in _FOLDERS or name in rendered or not path.is_file():
            continue
        if path.read_bytes().startswith(HEADER.encode()):
            yield path


def installation(args: argparse.Namespace) -> Installation:
    """Return what the arguments and the file of values ask for.

    Raises:
        UsageError: the file cannot be read.
        InstallationError: a name that Kubernetes would refuse.
    """
    image, values = values_file.read(args.values) if args.values else ("", Values())
    return Installation(args.namespace, args.image or image or IMAGE, values)


def _kind() -> str:
    kind = cast(Manifest, custom_resource_definition())
    return _commented(KIND_FILE, "The kind SegmentationPolicy.", [kind])


def _commented(name: str, purpose: str, manifests: list[Manifest]) -> str:
    return f"{HEADER}# {purpose}\n# kubectl apply -f {name}\n{to_yaml(manifests)}"
