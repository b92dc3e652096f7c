"""`--volumes FILE`: on which volumes of Kubernetes sources lie, and what their classes say."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

import orjson

from atrest.protection import Evidence
from atrest.spec import Spec
from extauthz.commands.errors import UsageError
from extauthz.rest.volumes import PVC, Volumes, items_of


def add_option(parser: argparse.ArgumentParser) -> None:
    """Add `--volumes`."""
    parser.add_argument(
        "--volumes",
        type=Path,
        metavar="FILE",
        help="output of `kubectl get storageclass,pv,pvc -A -o json`: whether the volume below a "
        "source is encrypted; the source names its claim: ?pvc=NAMESPACE/NAME",
    )


def evidence(args: argparse.Namespace, specs: Sequence[Spec]) -> Mapping[str, tuple[Evidence, ...]]:
    """Return what is known of the volumes below sources, by the sources' names.

    Raises:
        UsageError: the file cannot be read, or a source and the file do not fit.
    """
    named = [spec for spec in specs if spec.option(PVC)]
    if args.volumes is None:
        if named:
            raise UsageError(f"{named[0].name}: pvc= needs --volumes FILE")
        return {}
    if not named:
        raise UsageError("--volumes: no source names its claim; write ?pvc=NAMESPACE/NAME")
    volumes = _read(args.volumes)
    below: dict[str, tuple[Evidence, ...]] = {}
    for spec in named:
        found = volumes.evidence(spec.option(PVC))
        if found is None:
            raise UsageError(f"{spec.name}: pvc={spec.option(PVC)}: no such claim in --volumes")
        below[spec.name] = (*below.get(spec.name, ()), found)
    return below


def _read(path: Path) -> Volumes:
    try:
        items = items_of(orjson.loads(path.read_bytes()))
    except OSError as error:
        raise UsageError(f"--volumes {path}: {error.strerror}") from None
    except orjson.JSONDecodeError:
        items = None
    if items is None:
        raise UsageError(
            f"--volumes {path}: not the JSON of `kubectl get storageclass,pv,pvc -A -o json`"
        )
    return Volumes(items)
