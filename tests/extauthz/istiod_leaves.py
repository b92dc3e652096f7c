"""Compares a configuration with what a real istiod made, leaf by leaf."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import betterproto2

ABSENT, ANY = "(absent)", "(any)"
MOVED: Final = {  # deprecated fields that istiod uses, and those with the same meaning
    ".max_grpc_timeout": ".max_stream_duration.grpc_timeout_header_max",
    ".combined_validation_context.default_validation_context.match_subject_alt_names[0].": (
        ".validation_context.match_typed_subject_alt_names[0].matcher."
    ),
}
Row = tuple[str, Any, Any, str]
"""A path, where `*` is any text; its value from istiod; its value here; the reason."""
STATIC: Final = "no istiod runs there: endpoints, routes and certificates are static"
OF_STATIC_FILES: Final[tuple[Row, ...]] = (
    ("*.tls_certificate_sds_secret_configs*", ANY, ABSENT, STATIC),
    ("*.combined_validation_context.*", ANY, ABSENT, STATIC),
    ("*.tls_certificates[0].*", ABSENT, ANY, STATIC),
    ("*.validation_context.trusted_ca.filename", ABSENT, "authority", STATIC),
    ("*.type", "EDS", "STATIC", STATIC),
    ("*.eds_cluster_config.*", ANY, ABSENT, STATIC),
)
"""The rows of every Envoy that runs from a file, in place of istiod's streams."""
Leaves = Mapping[str, Any]
Differences = dict[str, tuple[Any, Any]]


def as_json(message: betterproto2.Message) -> Any:
    """A message as Envoy prints it."""
    return json.loads(json.dumps(message.to_dict(casing=betterproto2.Casing.SNAKE)))


def flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield path and value of every leaf. Items of a list go by name, and their order is a leaf."""
    if isinstance(value, dict) and value:
        for key, part in value.items():
            yield from flat(part, f"{path}.{key}" if path else key)
    elif isinstance(value, list) and value:
        names = [
            item.get("name") or item.get("tag") if isinstance(item, dict) else None
            for item in value
        ]
        if all(names) and len(set(names)) == len(names):
            yield f"{path}.order", names
        else:
            names = list(range(len(value)))
        for name, item in zip(names, value, strict=True):
            yield from flat(item, f"{path}[{name}]")
    else:
        yield path, value


def manager(listener: Any) -> Any:
    """The connection manager of a listener with one chain and one filter."""
    return listener["filter_chains"][0]["filters"][0]["typed_config"]


def of_istiod(parts: Mapping[str, Any], side: str) -> dict[str, Any]:
    """The leaves of one proxy's resources, with today's fields in place of deprecated ones."""
    bare = {
        name: {key: value for key, value in part.items() if key != "@type"}
        for name, part in parts.items()
    }
    leaves = dict(flat(bare, side))
    for old, new in MOVED.items():
        leaves = {path.replace(old, new): value for path, value in leaves.items()}
    return leaves


def differences(istiod: Leaves, here: Leaves) -> Differences:
    """By path, istiod's value and the one here."""
    pairs = {
        path: (istiod.get(path, ABSENT), here.get(path, ABSENT))
        for path in istiod.keys() | here.keys()
    }
    return {path: (one, other) for path, (one, other) in pairs.items() if one != other}


def explains(row: Row, path: str, values: tuple[Any, Any]) -> bool:
    """Whether a row of the table is about a difference."""
    pattern = re.escape(row[0]).replace(r"\*", ".*")
    return re.fullmatch(pattern, path) is not None and all(
        wanted == value or (wanted == ANY and value != ABSENT)
        for wanted, value in zip(row[1:3], values, strict=True)
    )


def unexplained(found: Differences, table: Sequence[Row]) -> Differences:
    """What no row of the table is about."""
    return {
        path: values
        for path, values in found.items()
        if not any(explains(row, path, values) for row in table)
    }
