"""Does the shadow rule that switches ext_authz on match every request?

istiod makes two filters of one AuthorizationPolicy with action CUSTOM. RBAC evaluates its rules "in
the shadow" and writes the name of the first one that matches, in the order of their names, into
the request's metadata. ext_authz asks only where that name begins with the provider's.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from mesh.posture.effective.finding import Finding, down, unknown
from mesh.posture.effective.tree import Tree, flag, items, only, text, tree, trees

KINDS: Final = {
    "envoy.extensions.filters.http.rbac.v3.RBAC": "envoy.filters.http.rbac",
    "envoy.extensions.filters.network.rbac.v3.RBAC": "envoy.filters.network.rbac",
}
"""Types of RBAC filters, and where they write."""

_KNOWN: Final = frozenset(
    {
        "@type", "rules", "rules_stat_prefix", "matcher", "shadow_rules",
        "shadow_rules_stat_prefix", "track_per_rule_stats", "stat_prefix", "enforcement_type",
        "delay_deny",
    }
)  # fmt: skip
_KEY: Final = "shadow_effective_policy_id"
_POLICY: Final = "AuthorizationPolicy phiguard"
_POLICIES: Final = "let the AuthorizationPolicy have `rules: [{}]`"


def faults(authorization: Tree, before: Sequence[Tree], space: str) -> Iterator[Finding]:
    """Findings where a request can pass ext_authz because its switch is off.

    Args:
        authorization: the ext_authz filter.
        before: the RBAC filters before it.
        space: where they write.

    Raises:
        UnreadableError: one of them has a field that is not known, or one of another type.
    """
    if "filter_enabled_metadata" not in authorization:
        return
    switch = tree(authorization, "filter_enabled_metadata")
    only(switch, frozenset({"filter", "path", "value", "invert"}), "filter_enabled_metadata")
    path = [text(each, "key") for each in trees(switch, "path")]
    value = tree(switch, "value")
    match = tree(value, "string_match")
    if (
        text(switch, "filter") != space
        or flag(switch, "invert")
        or set(value) != {"string_match"}
        or set(match) - {"ignore_case"} != {"prefix"}
        or len(path) != 1
        or not path[0].endswith(_KEY)
    ):
        yield unknown("unknown-switch", "ext_authz is switched on by metadata that is not known")
        return
    prefix, stat = text(match, "prefix"), path[0].removesuffix(_KEY)
    writing = [each for each in before if text(each, "shadow_rules_stat_prefix") == stat]
    if not writing:
        yield down(
            "no-trigger", "no RBAC filter before ext_authz switches it on", _POLICIES, _POLICY
        )
    for each in writing:
        yield from _triggers(each, prefix)


def _triggers(rbac: Tree, prefix: str) -> Iterator[Finding]:
    only(rbac, _KNOWN, "the RBAC filter")
    rules = tree(rbac, "shadow_rules")
    policies = tree(rules, "policies")
    for name in sorted(str(each) for each in policies):
        policy = tree(policies, name)
        if not name.startswith(prefix):
            yield unknown("other-provider", "a rule of another provider may match first")
            return
        if _is_unconditional(policy):
            return
    said = "the rules that switch ext_authz on do not match every request"
    yield down("conditional", said, _POLICIES, _POLICY)


def _is_unconditional(policy: Tree) -> bool:
    known = {"permissions", "principals"}
    return (
        set(policy) == known
        and any(_is_any(each, "and_rules", "rules") for each in trees(policy, "permissions"))
        and any(_is_any(each, "and_ids", "ids") for each in trees(policy, "principals"))
    )


def _is_any(entry: Tree, group: str, inner: str) -> bool:
    """Whether an entry matches everything: `any`, or a conjunction of nothing else."""
    if set(entry) == {"any"}:
        return flag(entry, "any")
    if set(entry) != {group}:
        return False
    parts = items(tree(entry, group), inner)
    return bool(parts) and all(part == {"any": True} for part in parts)
