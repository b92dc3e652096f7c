"""Warnings about the protocols that a rule lists, and what they leave of its other conditions."""

from mesh.message.facts import Protocol
from mesh.policy.rule import Rule
from mesh.policy_file.nodes import FilePlace


def lint_protocols(rule: Rule, place: FilePlace) -> None:
    """Note every warning about the protocols of one rule."""
    listed = {protocol for target in rule.targets for protocol in target.operation.protocols}
    _lint_media(rule, place, sorted(each for each in listed if not each.is_read))
    if Protocol.MLLP in listed and (rule.claims or rule.headers):
        place.warn(
            f"rule `{rule.name}` lists MLLP, whose messages have no claims and no headers, and "
            "requires some, so it never names one",
            "write a rule without them for MLLP",
        )


def _lint_media(rule: Rule, place: FilePlace, unread: list[Protocol]) -> None:
    """Warn about connections that the rule opens and that its own list of media closes."""
    lists = [
        direction
        for direction, part in (("request", rule.request), ("response", rule.response))
        if part.media is not None
    ]
    for direction in lists if unread else ():
        place.warn(
            f"rule `{rule.name}` lists {' and '.join(unread)}, which cannot be read, and `media` "
            f"in `{direction}` refuses what was not read",
            "write a rule without `media` for those connections",
        )
