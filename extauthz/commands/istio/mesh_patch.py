"""`phiguard istio mesh-patch` merges the guard's part into the mesh configuration."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from extauthz.commands.errors import UsageError
from extauthz.commands.istio import render
from extauthz.commands.output import formats, output_file
from extauthz.commands.output.formats import JsonForm
from extauthz.terminal import json_text, say
from mesh.istio import mesh_wide
from mesh.istio.install.mesh_patch import MeshPatchError, put, remove
from mesh.istio.manifest import to_yaml

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_GIVE = "give Helm values of istiod, an IstioOperator, or the ConfigMap `istio`"
_MOST_BYTES = 4 << 20  # a ConfigMap has at most 1 MiB


def add_parser(subparsers: "_Subparsers") -> None:
    """Add `mesh-patch`."""
    parser = subparsers.add_parser(
        "mesh-patch",
        help="print the mesh configuration with the guard's providers in it",
        description="Reads Helm values of istiod, an IstioOperator, or the ConfigMap `istio`, and "
        "prints the same with the guard's providers merged into it. What changes is told on "
        "standard error. Nothing is applied.",
    )
    parser.add_argument(
        "current",
        metavar="FILE",
        nargs="?",
        default="",
        help="what is there now; - reads standard input; without it, Helm values are printed that "
        "hold the guard's part alone",
    )
    parser.add_argument("--remove", action="store_true", help="take the guard's providers out")
    render.add_choices(parser)
    formats.add(parser, JsonForm(dict[str, object]), text="yaml")
    parser.set_defaults(command=run)


def run(args: argparse.Namespace) -> int:
    """Print the merged document. Return the exit code."""
    part = mesh_wide.mesh_config(render.installation(args))
    if args.remove and not args.current:
        raise UsageError(f"--remove needs what is there now; {_GIVE}")
    # `helm get values` of a release without any prints `null`
    current = (_read(args.current) or {}) if args.current else {}
    try:
        merged = remove(current, part) if args.remove else put(current, part)
    except MeshPatchError as error:
        raise UsageError(str(error)) from None
    if args.format == formats.JSON:
        json_text.write(merged.document)
    else:
        output_file.write((to_yaml([merged.document]),), None)
    for line in merged.changes or ["nothing to change"]:
        say.note(line)
    return 0


def _read(name: str) -> dict[str, Any] | None:
    where = "standard input" if name == "-" else f"`{name}`"
    try:
        if name == "-":
            text = sys.stdin.read(_MOST_BYTES + 1)
        else:
            with Path(name).open(encoding="utf-8") as file:
                text = file.read(_MOST_BYTES + 1)
        if len(text) > _MOST_BYTES:
            raise UsageError(f"{where} has more than {_MOST_BYTES} characters; {_GIVE}")
        found = yaml.safe_load(text)
    except UnicodeDecodeError:
        raise UsageError(f"{where} is not UTF-8; {_GIVE}") from None
    except OSError as error:
        raise UsageError(f"cannot read {where} ({error.strerror}); {_GIVE}") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = f", line {mark.line + 1}" if mark else ""
        raise UsageError(f"{where}{line} is not one YAML document; {_GIVE}") from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise UsageError(f"{where} is not YAML; {_GIVE}") from None
    if found is not None and not isinstance(found, dict):
        raise UsageError(f"{where} is no mapping; {_GIVE}")
    return found
