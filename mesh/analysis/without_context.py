"""What a policy does with identifiers that stand in a message without health context."""

from mesh.policy.policy import Policy


def without_context(policy: Policy) -> str:
    """One sentence: `denied where a rule names them (G), masked where a rule names them (A)`."""
    if policy.treat_identifiers_as_phi:
        return "handled as PHI (treatIdentifiersAsPhi)"
    parts = [part.explicit for rule in policy.in_force for part in (rule.request, rule.response)]
    deny = frozenset[str]().union(*(part.deny for part in parts))
    redact = frozenset[str]().union(*(part.redact for part in parts))
    words = [
        f"{word} where a rule names them ({', '.join(sorted(entries))})"
        for word, entries in (("denied", deny), ("masked", redact))
        if entries
    ]
    return ", ".join([*words, "otherwise they pass" if words else "they pass"])
