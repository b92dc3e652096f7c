"""Compiles an engine from an operator's choices: detector groups, detector sets, the cache."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from extauthz.detection import detector_sets
from extauthz.detection.detector_sets import DetectorSet
from extauthz.detection.engine_cache import EngineCache
from phiscan.detectors import UnknownGroupError, select
from phiscan.engine import Engine
from phiscan.identifiers import CREDENTIALS, InfoType
from phiscan.patterns.compiled import PlatformError
from phiscan.patterns.detector import Detector
from phiscan.protobuf import schemas
from phiscan.protobuf.schemas import SchemaError, Schemas


class EngineError(Exception):
    """No engine can be made. The text is one line with the reason and the fix."""


@dataclass(frozen=True, slots=True)
class Detection:
    """Which detectors run, and with which schemas.

    Args:
        with_groups, without_groups: names from `phiscan.detectors.GROUPS`.
        cache: folder of compiled detectors, or None to compile each time.
        descriptors: files that each hold a FileDescriptorSet, for protobuf and gRPC.
    """

    with_groups: tuple[str, ...] = ()
    without_groups: tuple[str, ...] = ()
    cache: Path | None = None
    descriptors: tuple[Path, ...] = ()


def load(
    detection: Detection, sets: Sequence[DetectorSet] = (), compiled: bytes | None = None
) -> Engine:
    """Return an engine of the chosen groups and all detectors of `sets`.

    Args:
        detection: the operator's choices.
        sets: further detectors.
        compiled: what `Engine.serialized` of the same detectors gave, or None to compile them.

    Raises:
        EngineError: no engine can be made.
    """
    try:
        chosen = select(with_groups=detection.with_groups, without_groups=detection.without_groups)
        detectors = (*chosen, *(d for each in sets for d in each.detectors))
        if clash := detector_sets.clash(sets):
            raise EngineError(f"{clash}; rename one")
        vocabulary = detector_sets.vocabulary(sets)
        if not detectors:
            raise EngineError("--without: no detector is left; leave a group on")
        engine = (
            _engine(detectors, vocabulary, detection.cache)
            if compiled is None
            else Engine(detectors, info_types=vocabulary, serialized=compiled)
        )
    except (UnknownGroupError, PlatformError) as error:
        raise EngineError(str(error)) from None
    engine.schemas = _schemas(detection.descriptors)
    return engine


def _engine(
    detectors: Sequence[Detector], vocabulary: Mapping[str, InfoType], cache: Path | None
) -> Engine:
    return (
        Engine(detectors, info_types=vocabulary)
        if cache is None
        else EngineCache(cache).load(detectors, vocabulary)
    )


def _schemas(files: Sequence[Path]) -> Schemas:
    """Return the message types of all files. Raises EngineError."""
    sets = []
    for path in files:
        try:
            sets.append(path.read_bytes())
            schemas.parse(sets[-1])
        except OSError as error:
            why = (error.strerror or "unreadable").lower()
            raise EngineError(f"--descriptors {path}: {why}; give a FileDescriptorSet") from None
        except SchemaError as error:
            raise EngineError(f"--descriptors {path}: {error}") from None
    return schemas.parse(*sets)


def unseen(detection: Detection, sets: Sequence[DetectorSet] = ()) -> frozenset[str]:
    """Return the infoTypes that nothing finds: credentials whose group is off.

    Structure and labels can find all others.

    Raises:
        EngineError: a group does not exist.
    """
    try:
        chosen = select(with_groups=detection.with_groups, without_groups=detection.without_groups)
    except UnknownGroupError as error:
        raise EngineError(str(error)) from None
    return CREDENTIALS - {
        d.info_type for d in (*chosen, *(d for each in sets for d in each.detectors))
    }
