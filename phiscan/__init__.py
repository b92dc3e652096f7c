"""phiscan finds protected health information in the documents that health care sends.

>>> import phiscan
>>> phiscan.scan(b'{"patientName": "Ana Ruiz", "diagnosis": "E11.9"}').verdict
<Verdict.PHI: 'phi'>

Each public name is imported when it is first used, because the detectors and codecs behind some
names take long to import.
"""

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phiscan.arguments import Bytes
    from phiscan.engine import Engine
    from phiscan.finding import (
        Coverage,
        Finding,
        Gap,
        Likelihood,
        Location,
        ScanReport,
        Subject,
        Verdict,
    )
    from phiscan.identifiers import INFO_TYPES, Identifier, InfoType, InfoTypeKind
    from phiscan.redaction.edits import RedactionError
    from phiscan.redaction.masks import MaskForm, Masks
    from phiscan.redaction.redact import redact
    from phiscan.scanner import Limits, Scanner

    __version__: str
else:
    _MODULES = {
        "phiscan.engine": ("Engine",),
        "phiscan.finding": (
            "Coverage",
            "Finding",
            "Gap",
            "Likelihood",
            "Location",
            "ScanReport",
            "Subject",
            "Verdict",
        ),
        "phiscan.identifiers": ("INFO_TYPES", "Identifier", "InfoType", "InfoTypeKind"),
        "phiscan.redaction.edits": ("RedactionError",),
        "phiscan.redaction.masks": ("MaskForm", "Masks"),
        "phiscan.redaction.redact": ("redact",),
        "phiscan.scanner": ("Limits", "Scanner"),
    }
    _HOMES = {name: module for module, names in _MODULES.items() for name in names}

    def __getattr__(name: str) -> object:
        """Load a public name (PEP 562). Type checkers read the imports above instead."""
        if name == "__version__":
            return _version()
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = globals()[name] = getattr(import_module(_HOMES[name]), name)
        return value

    def _version() -> str:
        # imported late: it takes longer to import than everything else here together
        metadata = import_module("importlib.metadata")
        try:
            return metadata.version("phiguard")
        except metadata.PackageNotFoundError:
            message = "phiscan has no __version__: the distribution phiguard is not installed"
            raise AttributeError(message) from None

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})


__all__ = [
    "INFO_TYPES",
    "Coverage",
    "Engine",
    "Finding",
    "Gap",
    "Identifier",
    "InfoType",
    "InfoTypeKind",
    "Likelihood",
    "Limits",
    "Location",
    "MaskForm",
    "Masks",
    "RedactionError",
    "ScanReport",
    "Scanner",
    "Subject",
    "Verdict",
    "__version__",
    "redact",
    "scan",
]


@cache
def _engine() -> "Engine":
    from phiscan.engine import Engine  # noqa: PLC0415 - imported late, like the names above

    return Engine.load()


def scan(data: "Bytes", *, content_type: str = "", content_encoding: str = "") -> "ScanReport":
    """Scan one whole document without a deadline.

    Not thread-safe. In a program with threads, give each thread its own `Engine`.

    Raises:
        TypeError: `data` is not bytes, or another argument is no str.
    """
    from phiscan.arguments import as_bytes  # noqa: PLC0415 - imported late, like the names above

    whole = as_bytes("data", data)
    scanner = _engine().scanner(
        content_type=content_type, content_encoding=content_encoding, clock=lambda: 0.0
    )
    scanner.feed(whole)
    return scanner.finish()
