"""The engine: the compiled detectors, from which each document gets a scanner."""

from collections.abc import Callable, Mapping, Sequence

from phiscan.arguments import need
from phiscan.detectors import DETECTORS
from phiscan.examination import Detection
from phiscan.identifiers import INFO_TYPES, InfoType
from phiscan.patterns.detector import Detector
from phiscan.patterns.matcher import Matcher
from phiscan.protobuf.schemas import NO_SCHEMAS, Rpc, Schemas
from phiscan.recognizer import Recognizer
from phiscan.scanner import DEFAULT_LIMITS, Headers, Limits, Scanner


class Engine:
    """The compiled detectors. Not thread-safe.

    Compiling takes about a second. Loading `serialized` bytes takes milliseconds.

    The caller may set `schemas` to the known protobuf message types. They serve messages that name
    their type, and messages of gRPC methods.

    Args:
        detectors: the detectors to run over texts. `phiscan.detectors.select` selects groups.
        info_types: every infoType that a finding may have, by name: those of the detectors, and
            those that structure and labels name.
        serialized: the result of `serialized()` of an engine with the same detectors.

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
        self._serialized = b""

    @classmethod
    def load(cls, serialized: bytes | None = None) -> "Engine":
        """Return an engine with every built-in detector. Raises what the constructor raises."""
        return cls(serialized=serialized)

    def serialized(self) -> bytes:
        """The compiled detectors as about 8 MB, for an engine on the same kind of machine.

        They are kept: a second call costs nothing.
        """
        self._serialized = self._serialized or self.matcher.serialized()
        return self._serialized

    def may_find(self, data: bytes) -> bool:
        """Whether a scan of these bytes may find something, as far as a first look tells.

        False is no promise: what is encoded or escaped shows in a scan only. It means that a scan
        is cheap. Cost: two passes of Hyperscan over the bytes. If it is False, a scan of the same
        object that comes next does without them.
        """
        return self.matcher.may_match(data)

    def scanner(  # noqa: PLR0913 - all are facts about one document, passed by keyword
        self,
        *,
        content_type: str = "",
        content_encoding: str = "",
        limits: Limits = DEFAULT_LIMITS,
        clock: Callable[[], float],
        recognizers: Sequence[Recognizer] = (),
        rpc: Rpc | None = None,
    ) -> Scanner:
        """Return a scanner for one document.

        Args:
            clock: returns seconds and never goes back (`time.monotonic`).
            recognizers: models that read prose (`phiscan.recognizer`). They are slow, so never use
                them while a request waits.
            rpc: the gRPC call that the document is a message of, if any. When `schemas` has the
                method, it gives the message type.

        Raises:
            TypeError: an argument has the wrong type.
        """
        need("content_type", content_type, str)
        need("content_encoding", content_encoding, str)
        need("limits", limits, Limits)
        detection = Detection(self.matcher, self.info_types, self.schemas, recognizers)
        headers = Headers(content_type, content_encoding, self.schemas.of(rpc))
        return Scanner(detection, headers, limits, clock)
