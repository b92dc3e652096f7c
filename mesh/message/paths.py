"""Request paths and hosts, normalised before rules are compared with them.

The caller writes the path. Whatever two parsers could read differently is a way around a rule:
escaped slashes (CVE-2021-29492), fragments (CVE-2021-39156), double slashes (CVE-2026-26205), path
parameters (`..;`). `normalise` returns None for such a path, and `decide` denies wherever a rule
depends on it.
"""

import re
from typing import Final
from urllib.parse import unquote_to_bytes

from mesh.message import identity
from phiscan.text.possessive import repeated

# Refused, because servers read them differently:
# - `%2f`, `%5c`, `%2e`, `%3b`, `%00`;
# - `%25` before two hex digits (a second decoding), and `%` without two hex digits;
# - `//`, `\`, `;`, and a segment `.` or `..`.
# matches `/a/..`, `/a%2Fb`; not `/a..b`, `/.well-known/x`, `/10%25`
_AMBIGUOUS: Final = re.compile(
    r"%(?:2f|5c|2e|3b|00|25[0-9a-f]{2}|(?![0-9a-f]{2}))|//|\\|;|/\.\.?(?:/|$)",
    re.IGNORECASE | re.ASCII,
)
# The form of nearly all paths: nothing to decode and nothing to refuse. Other paths take the slow
# way. matches `/`, `/claims/7?draft=1`, `/a/b_c-1.json/`; not `/.well-known`, `/a//b`, `/a%20b`
_PLAIN: Final = re.compile(
    "/"
    + repeated("[A-Za-z0-9_~-][A-Za-z0-9_.~-]*+/", "*")
    + repeated("[A-Za-z0-9_~-][A-Za-z0-9_.~-]*+", "?")
    + "(?![^?#])"
)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_PORT: Final = re.compile(r":[0-9]{0,5}$", re.ASCII)
# matches `billing.finance.svc.cluster.local`, `*.example.com`, `billing*`, `10.0.0.7`; not `a.*.b`,
# `billing:80`
_HOST_PATTERN: Final = re.compile(r"\*?[a-z0-9._-]+|[a-z0-9._-]*\*|\[[0-9a-f:.]+\]")
HOST_PATTERN_FORM: Final = _HOST_PATTERN.pattern
PATH_PATTERN_FORM: Final = r"\*|/[^%*]*\*?"
"""The forms of texts as regular expressions, for schemas. Of paths, `is_path_pattern` says more."""


def normalise(raw: str) -> str | None:
    """The path without query and fragment, percent-decoded once; None when it is ambiguous.

    Args:
        raw: `:path` as received, `/claims?draft=1`. The empty path (a TCP connection) and `*`
            (OPTIONS) are returned unchanged.
    """
    if plain := _PLAIN.match(raw):
        return plain[0]
    path = re.split(r"[?#]", raw, maxsplit=1)[0]
    if path in {"", "*"}:
        return path
    if not path.startswith("/") or _AMBIGUOUS.search(path):
        return None
    try:
        decoded = unquote_to_bytes(path).decode()
    except UnicodeError:
        return None
    return None if _CONTROL.search(decoded) else decoded


def normalise_host(authority: str) -> str:
    """`:authority` in lower case, without its port and without a dot at its end."""
    host = authority.lower()
    if not host.endswith("]"):  # `[::1]` ends in what looks like a port
        host = _PORT.sub("", host)
    return host.removesuffix(".")


def is_path_pattern(text: str) -> bool:
    """Whether a policy may write it: `*`, or a decoded path that starts with `/`.

    `*` may stand at its end.
    """
    stem = text.removesuffix("*")
    return text == "*" or (
        "*" not in stem and "%" not in stem and stem.startswith("/") and normalise(stem) == stem
    )


def is_host_pattern(text: str) -> bool:
    """Whether a policy may write it: a host without port, with at most one `*`, at either end."""
    return _HOST_PATTERN.fullmatch(text) is not None


def host_matches(pattern: str, host: str) -> bool:
    """Whether the pattern names the host, which `normalise_host` returned.

    `*` names any host, but not an empty one.
    """
    if len(pattern) > 1 and pattern.startswith("*"):
        return len(host) >= len(pattern) and host.endswith(pattern[1:])
    return identity.matches(pattern, host)


def host_covers(wide: str, narrow: str) -> bool:
    """Whether every host that pattern `narrow` names is also named by pattern `wide`."""
    if len(wide) > 1 and wide.startswith("*"):
        return narrow == wide or (
            not narrow.endswith("*") and host_matches(wide, narrow.removeprefix("*"))
        )
    if narrow.startswith("*"):
        return wide in {narrow, "*"}
    return identity.covers(wide, narrow)
