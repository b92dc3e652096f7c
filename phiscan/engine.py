"""The engine: compiled detectors, of which each document gets a scanner."""

from collections.abc import Callable, Mapping, Sequence

from phiscan.detectors import DETECTORS
from phiscan.examination import Detection
from phiscan.identifiers import INFO_TYPES, InfoType
from phiscan.patterns.detector import Detector
from phiscan.patterns.matcher import Matcher
from phiscan.protobuf.schemas import NO_SCHEMAS, Rpc, Schemas
from phiscan.recognizer import Recognizer
from phiscan.scanner import DEFAULT_LIMITS, Headers, Limits, Scanner


class Engine:
    """The compiled detectors. Compiling takes about a second, from `serialized` bytes milliseconds.
    Not thread-safe.

    `schemas` may be set to the types of protobuf messages, for those that say which they have and
    those of gRPC methods.

    Args:
        detectors: what runs over texts; see `phiscan.detectors.select` for groups of them.
        info_types: every infoType that a finding may have: the detectors' own, and all that
            structure and labels name.
        serialized: what `serialized` of an engine with the same detectors gave.

    Raises:
        CompiledError: `serialized` cannot be used (`phiscan.patterns.compiled`).
        PlatformError: Hyperscan cannot run on this machine (`phiscan.patterns.compiled`).
    """

    def __init__(
        self,
        detectors: Sequence[Detector] = DETECTORS,
        *,
        info_types: Mapping[str, InfoType] = INFO_TYPES,
        serialized: bytes | None = None,
    ) -> None:
        self.info_types = info_types
        self.schemas: Schemas = NO_SCHEMAS
        self.matcher = Matcher(detectors, serialized)

    @classmethod
    def load(cls, serialized: bytes | None = None) -> "Engine":
        """An engine with every detector of protected health information. Raises as the
        constructor."""
        return cls(serialized=serialized)

    def serialized(self) -> bytes:
        """The compiled detectors as bytes, some 4 MB, for an engine on a like machine."""
        return self.matcher.serialized()

    def scanner(  # noqa: PLR0913 - what is known of one document, each by its name
        self,
        *,
        content_type: str = "",
        content_encoding: str = "",
        limits: Limits = DEFAULT_LIMITS,
        clock: Callable[[], float],
        recognizers: Sequence[Recognizer] = (),
        rpc: Rpc | None = None,
    ) -> Scanner:
        """A scanner for one document.

        Args:
            clock: counts seconds and never goes back (`time.monotonic`).
            recognizers: models that read prose (`phiscan.recognizer`); slow, so never on the way of
                a request.
            rpc: the gRPC call that the document may be a message of: where `schemas` know its
                method, they say its type.
        """
        detection = Detection(self.matcher, self.info_types, self.schemas, recognizers)
        headers = Headers(content_type, content_encoding, self.schemas.of(rpc))
        return Scanner(detection, headers, limits, clock)
