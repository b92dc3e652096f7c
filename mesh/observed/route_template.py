"""A path as a route template without values: `/patients/7731/labs?q=x` gives `/patients/{id}/labs`.

A caller can write anything into a path: names, record numbers, dates, tokens. So the template is
not made by removing what looks like a value. It keeps known words of APIs, and everything else
becomes `{id}`. A segment is kept when

- each part of it (`careTeams`, `lab-results`, `clinic.v1.Records`) is in
  `mesh.observed.route_words`, or
- it stands in a path of the policy itself (whose author is no caller), has no digit and is short,
  or
- it is a version (`v1`, `r4`, `clinic.v1.Records`): one in a path, before the first `{id}`. Only
  versions may have digits.

Rejected: keeping a segment that was seen often, or beside many different ones. Frequency does not
make a word: a well-known patient's name is seen often, and `/ana-ruiz/labs`, `/ana-ruiz/notes` give
a name two siblings. Such a memory would also hold raw paths, and two guards would give one path two
templates.

The price: an API word that is not in the table becomes `{id}`, and what is learned from it is wider
(`/gizmos/7` gives `/{id}/{id}`, learned as `/*`). A policy that names `/gizmos/*` in any rule adds
the word.

INVARIANT (no value): a template depends only on which known words stand in the path and where, and
on whether they start with a capital or are all capitals. It has at most `_MAX_SEGMENTS` segments. A
sender can still choose among known words, as it can choose among methods. It cannot write its own.
"""

import re
from typing import Final

from mesh.message import paths
from mesh.observed.route_words import VERSIONS, WORDS
from mesh.policy.policy import Policy

HOLE: Final = "{id}"
"""Stands for one segment that is no known word."""
MORE: Final = "{more}"
"""Stands for all segments beyond `_MAX_SEGMENTS`."""
AMBIGUOUS: Final = "{ambiguous}"
"""The template of every path that two servers could read differently; no rule can open one."""

_MAX_SEGMENTS: Final = 8
_MAX_PARTS: Final = 6
_MAX_WORD: Final = 48
# matches `labs`, `careTeams`, `CareTeams`; not `LABS`, `care_team`
_CAMEL: Final = "(?:[a-z]+|(?:[A-Z][a-z]+)+|[a-z]+(?:[A-Z][a-z]+)+)"
# matches `labs`, `lab-results`, `careTeams`, `clinic.v1.Records`, `$process-message`, `_search`;
# not `a--b`, `LABS`, `ana ruiz`
_COMPOUND: Final = re.compile(rf"[$_.]?{_CAMEL}(?:[._-](?:v[0-9]|{_CAMEL}))*")
# matches `v1`, `care`, `Team`; not `V1`, `TEAM`
_PART: Final = re.compile(r"v[0-9]|[A-Z]?[a-z]+")
# a segment of a policy's path that may be kept; matches `wards`, `~admin`; not `B12`, `a b`, `{x}`
_OWN_WORD: Final = re.compile(rf"[A-Za-z_.$~-]{{1,{_MAX_WORD}}}")


def own_words(policy: Policy) -> frozenset[str]:
    """The segments that the policy's paths write out: API words, according to its author."""
    patterns = {
        path for rule in policy.rules for target in rule.targets for path in target.operation.paths
    }
    # a segment with `*` does not match
    found = {segment for pattern in patterns for segment in pattern.split("/")}
    return frozenset(segment for segment in found if _OWN_WORD.fullmatch(segment))


def template_of(raw: str, own: frozenset[str] = frozenset()) -> str:
    """The template of a path. Total; idempotent on templates that are paths.

    Args:
        raw: `:path` as received. The empty path (TCP) and `*` (OPTIONS) are their own templates.
        own: `own_words` of the policy in force.
    """
    path = paths.normalise(raw)
    if path is None:
        return AMBIGUOUS
    if path in {"", "*"}:
        return path
    segments = path[1:].split("/", _MAX_SEGMENTS)
    kept: list[str] = []
    versionable = True
    for segment in segments[:_MAX_SEGMENTS]:
        has_digit = not segment.isalpha() and any("0" <= character <= "9" for character in segment)
        is_kept = not segment or (_is_known(segment, own) and (versionable or not has_digit))
        versionable = versionable and is_kept and not has_digit
        kept.append(segment if is_kept else HOLE)
    if len(segments) > _MAX_SEGMENTS:
        kept.append(MORE)
    return "/" + "/".join(kept)


def is_template(text: str) -> bool:
    """Whether `template_of` could have made it for some policy.

    Stores may hold nothing else, whoever wrote their files.
    """
    if text in {"", "*", AMBIGUOUS}:
        return True
    segments = text[1:].split("/")
    last = segments.pop() if segments[-1] == MORE else ""
    return (
        text.startswith("/")
        and len(segments) <= _MAX_SEGMENTS
        and (not last or len(segments) == _MAX_SEGMENTS)
        and all(_is_kept(segment) for segment in segments)
    )


def pattern_of(template: str) -> str | None:
    """The narrowest path pattern that names every path of the template; None when there is none.

    Patterns are exact or end in `*`, so everything after the first `{id}` is open:
    `/patients/{id}/labs` gives `/patients/*`.
    """
    if template in {"", AMBIGUOUS}:
        return None
    found = re.search(r"\{(?:id|more)\}", template)
    return f"{template[: found.start()]}*" if found else template


def is_widened(template: str) -> bool:
    """Whether the template's pattern also names paths of other templates."""
    pattern = pattern_of(template)
    return pattern is not None and pattern.endswith("*") and template != f"{pattern[:-1]}{HOLE}"


def literals(template: str) -> frozenset[str]:
    """The words that the template keeps."""
    return frozenset(template.split("/")) - {"", HOLE, MORE}


def _is_kept(segment: str) -> bool:
    return (
        segment in {"", HOLE}
        or bool(_OWN_WORD.fullmatch(segment))
        or _is_known(segment, frozenset())
    )


def _is_known(segment: str, own: frozenset[str]) -> bool:
    if segment.isascii() and segment.isupper() and segment.lower() in WORDS:  # `/FHIR`, `/API`
        return True
    return segment in WORDS or segment in VERSIONS or segment in own or _is_compound(segment)


def _is_compound(segment: str) -> bool:
    if len(segment) > _MAX_WORD or not _COMPOUND.fullmatch(segment):
        return False
    parts = _PART.findall(segment)
    versions = sum(part in VERSIONS for part in parts)
    return (
        len(parts) <= _MAX_PARTS
        and versions <= 1
        and all(part.lower() in WORDS or part in VERSIONS for part in parts)
    )
