"""The options with which commands choose an engine."""

import argparse
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from extauthz.commands.errors import UsageError
from extauthz.detection import engines
from extauthz.detection.detector_sets import DetectorSet, parse
from extauthz.detection.engine_cache import default_folder
from extauthz.detection.engines import Detection, EngineError
from mesh.policy_file.problems import PolicyError, Severity
from phiscan.detectors import GROUPS
from phiscan.engine import Engine


def add_choices(parser: argparse.ArgumentParser) -> None:
    """Add `--with`, `--without`, `--cache` and `--no-cache`."""
    group = parser.add_argument_group(
        "detectors", f"groups: {', '.join(GROUPS)}; see `phiguard detectors list`"
    )
    group.add_argument(
        "--with",
        dest="with_groups",
        action="append",
        default=[],
        metavar="GROUP",
        help="run this group too (credentials)",
    )
    group.add_argument(
        "--without",
        dest="without_groups",
        action="append",
        default=[],
        metavar="GROUP",
        help="do not run this group",
    )
    group.add_argument(
        "--cache",
        type=Path,
        default=default_folder(os.environ),
        metavar="DIR",
        help="folder of compiled detectors (default: phiguard in $XDG_CACHE_HOME or ~/.cache)",
    )
    group.add_argument(
        "--descriptors",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="protobuf message types and gRPC methods (a FileDescriptorSet)",
    )
    group.add_argument(
        "--no-cache",
        dest="cache",
        action="store_const",
        const=None,
        help="compile the detectors each time",
    )


def add_detectors(parser: argparse.ArgumentParser) -> None:
    """Add `--detectors`, for custom detectors outside a policy's folder."""
    parser.add_argument(
        "--detectors",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="file of custom detectors (a DetectorSet)",
    )


def detection(args: argparse.Namespace) -> Detection:
    """Return the choices of `add_choices`."""
    return Detection(
        tuple(args.with_groups), tuple(args.without_groups), args.cache, tuple(args.descriptors)
    )


def load(args: argparse.Namespace) -> Engine:
    """Return the engine that the arguments choose. Raises UsageError."""
    return load_with(args, [read_set(path) for path in args.detectors])


def load_with(args: argparse.Namespace, sets: Sequence[DetectorSet]) -> Engine:
    """Return the engine of the chosen groups and these sets. Raises UsageError."""
    try:
        return engines.load(detection(args), sets)
    except EngineError as error:
        raise UsageError(str(error)) from None


def unseen(args: argparse.Namespace) -> frozenset[str]:
    """Return the infoTypes that the chosen groups do not find. Raises UsageError."""
    try:
        return engines.unseen(detection(args))
    except EngineError as error:
        raise UsageError(str(error)) from None


def read_set(path: Path) -> DetectorSet:
    """Return the detector set of a file. Raises UsageError with all of its errors."""
    try:
        return parse(path.read_text(encoding="utf-8"), file=str(path))
    except OSError as error:
        raise UsageError(
            f"{path}: {(error.strerror or 'unreadable').lower()}; give a file of detectors"
        ) from None
    except UnicodeDecodeError:
        raise UsageError(f"{path}: not UTF-8 text; give detectors written in YAML") from None
    except PolicyError as error:
        raise UsageError(_lines(error)) from None


def _lines(error: PolicyError) -> str:
    problems: Iterable[str] = (str(p) for p in error.problems if p.severity is Severity.ERROR)
    return "\n".join(problems)
