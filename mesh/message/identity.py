"""Identities of workloads: SPIFFE ids as Istio issues them, and patterns that name several.

A principal is a SPIFFE id without its scheme, `cluster.local/ns/clinic/sa/ehr`. This module knows
nothing of policies. Sources: Istio's `security` reference, "Istio identity"; the SPIFFE-ID
specification, sections 2.1 and 2.2.
"""

import re
from typing import Final

_SCHEME: Final = "spiffe://"
_TRUST_DOMAIN = r"[a-z0-9._-]{1,255}"
_NAMESPACE = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_ACCOUNT = r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?"

# matches `cluster.local/ns/clinic/sa/ehr`; not `cluster.local/ns/clinic/sa/`,
# `cluster.local/clinic/ehr`
_PRINCIPAL: Final = re.compile(f"{_TRUST_DOMAIN}/ns/({_NAMESPACE})/sa/{_ACCOUNT}")
# matches `cluster.local/ns/clin*`, `cluster.local/ns/clinic/*`; not `cluster.loc*`, which would
# include other trust domains
_PRINCIPAL_PREFIX: Final = re.compile(
    rf"(?:{_TRUST_DOMAIN}/"
    r"(?:ns/"
    r"(?:[a-z0-9-]{0,63}"  # a part of the namespace
    rf"|{_NAMESPACE}/(?:sa/[a-z0-9.-]{{0,253}})?)"  # all of it, and a part of the account
    r")?)?\*"
)
_NAMESPACE_PATTERN: Final = re.compile(rf"{_NAMESPACE}|[a-z0-9-]{{0,63}}\*")

# matches `cluster.local`, `bill*`, `*-worker`, `*`; not `a*b`, `**`
_GLOB: Final = re.compile(r"\*?[a-z0-9._-]+|[a-z0-9._-]*\*")
PRINCIPAL_FORM: Final = _PRINCIPAL.pattern
PRINCIPAL_PATTERN_FORM: Final = f"{_PRINCIPAL.pattern}|{_PRINCIPAL_PREFIX.pattern}"
NAMESPACE_PATTERN_FORM: Final = _NAMESPACE_PATTERN.pattern
GLOB_FORM: Final = _GLOB.pattern
"""The forms of texts as regular expressions, for schemas."""


def principal_of(spiffe_id: str) -> str:
    """The principal of `spiffe://td/ns/NS/sa/SA` (scheme optional); empty for any other form.

    Empty is the safe answer: `decide` takes it as a peer without an identity.
    """
    principal = spiffe_id.removeprefix(_SCHEME)
    return principal if is_principal(principal) else ""


def is_principal(text: str) -> bool:
    """Whether the text is one whole principal, `td/ns/NS/sa/SA`."""
    return _PRINCIPAL.fullmatch(text) is not None


def is_principal_pattern(text: str) -> bool:
    """Whether a policy may write it: a principal, `*`, or a principal's prefix with `*` at its end.

    The prefix holds the whole trust domain.
    """
    return is_principal(text) or _PRINCIPAL_PREFIX.fullmatch(text) is not None


def is_namespace_pattern(text: str) -> bool:
    """Whether a policy may write it: a namespace, `*`, or a prefix of one that ends in `*`."""
    return _NAMESPACE_PATTERN.fullmatch(text) is not None


def namespace_of(principal: str) -> str:
    """`clinic` of `cluster.local/ns/clinic/sa/ehr`; empty when it is not a principal."""
    found = _PRINCIPAL.fullmatch(principal)
    return found[1] if found else ""


def trust_domain_of(principal: str) -> str:
    """`cluster.local` of `cluster.local/ns/clinic/sa/ehr`; empty when it is not a principal."""
    return principal.partition("/")[0] if is_principal(principal) else ""


def account_of(principal: str) -> str:
    """`ehr` of `cluster.local/ns/clinic/sa/ehr`; empty when it is not a principal."""
    return principal.rpartition("/")[2] if is_principal(principal) else ""


def is_glob(text: str) -> bool:
    """Whether a policy may write it for a trust domain or a service account.

    It has at most one `*`, at its start or at its end.
    """
    return _GLOB.fullmatch(text) is not None


def matches(pattern: str, value: str) -> bool:
    """Whether the pattern names the value: exactly, or as a prefix with `*` at its end.

    As in Istio, `*` alone means "any that is present": it never names an empty value.
    """
    if pattern.endswith("*"):
        return bool(value) and value.startswith(pattern[:-1])
    return bool(value) and pattern == value


def covers(wide: str, narrow: str) -> bool:
    """Whether every value that pattern `narrow` names is also named by pattern `wide`."""
    if wide.endswith("*"):
        return narrow.removesuffix("*").startswith(wide[:-1])
    return wide == narrow
