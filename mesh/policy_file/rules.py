"""Turns the rules and exceptions of a policy file into `Rule` values.

This module knows the keys below `spec.rules` and `spec.exceptions`, but not the keys of their
`from` and `to` entries.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from yaml.nodes import Node, ScalarNode

from mesh.message.facts import Direction
from mesh.policy.decision import Action
from mesh.policy.policy import Disclosure, Rule, Terms, Wanted
from mesh.policy_file import keys as policy_keys
from mesh.policy_file.groups import Groups, read_entries
from mesh.policy_file.masks import read_masks
from mesh.policy_file.media import read_media
from mesh.policy_file.nodes import NodeReader
from mesh.policy_file.peers import read_sources, read_targets
from phiscan.redaction.masks import MaskForm

_Keys = Mapping[str, Node]

_RULE: Final = "the rule"
_EXCEPTION: Final = "the exception"
# a token of RFC 9110, section 5.6.2, in lower case as Envoy writes header names; matches `x-role`;
# not `X-Role`, `:path`
_HEADER: Final = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]+")
# as the schema says; Python also reads `2026-W01-1`
_DAY: Final = re.compile(str(policy_keys.EXCEPTION["expires"]["pattern"]))


def read_rule(reader: NodeReader, node: Node, groups: Groups) -> Rule:
    """An entry of `rules`. Problems are noted with the reader."""
    keys = reader.mapping(node, policy_keys.RULE, "a rule", policy_keys.ISTIO)
    phi = reader.mapping(keys["phi"], policy_keys.PHI, "`phi`") if "phi" in keys else {}
    when = reader.mapping(keys["when"], policy_keys.WHEN, "`when`") if "when" in keys else {}
    audit = (
        reader.choice(keys["action"], policy_keys.ACTIONS, "`action`")
        if "action" in keys
        else False
    )
    if audit and "mode" in keys:
        reader.error(
            keys["mode"],
            "`mode` cannot be combined with `action: AUDIT`",
            "leave it out: an AUDIT rule never enforces",
        )
    return Rule(
        name=_required_text(reader, node, keys, "name"),
        sources=read_sources(reader, _entries(reader, node, keys, "from"), groups),
        targets=read_targets(reader, _entries(reader, node, keys, "to"), groups),
        request=_disclosure(reader, phi["request"], "`request`", groups)
        if "request" in phi
        else Disclosure(),
        response=_disclosure(reader, phi["response"], "`response`", groups)
        if "response" in phi
        else Disclosure(),
        mtls=reader.choice(when["mtls"], policy_keys.MTLS, "`mtls`") if "mtls" in when else True,
        claims=_wanted(reader, when["claims"], "claim") if "claims" in when else (),
        headers=_headers(reader, when["headers"]) if "headers" in when else (),
        mode=reader.choice(keys["mode"], policy_keys.MODES, "`mode`") if "mode" in keys else None,
        audit=audit,
        on_opaque=reader.choice(keys["onOpaque"], policy_keys.OPAQUE, "`onOpaque`")
        if "onOpaque" in keys
        else None,
    )


def read_exception(reader: NodeReader, node: Node, groups: Groups) -> Rule:
    """An entry of `exceptions`: a rule that only allows, and only until a day."""
    keys = reader.mapping(node, policy_keys.EXCEPTION, "an exception")
    listed = reader.required(node, keys, "allow", _EXCEPTION)
    allow = Disclosure(
        read_entries(reader, listed, "`allow`", groups, star=True) if listed else frozenset()
    )
    if listed is not None and not allow.allow:
        reader.error(listed, "`allow` is empty", "list what the exception is for")
    directions = policy_keys.DIRECTIONS
    only = (
        reader.choice(keys["direction"], directions, "`direction`") if "direction" in keys else None
    )
    return Rule(
        name=_required_text(reader, node, keys, "name", _EXCEPTION),
        sources=read_sources(reader, _entries(reader, node, keys, "from", _EXCEPTION), groups),
        targets=read_targets(reader, _entries(reader, node, keys, "to", _EXCEPTION), groups),
        request=Disclosure() if only is Direction.RESPONSE else allow,
        response=Disclosure() if only is Direction.REQUEST else allow,
        terms=Terms(
            owner=_required_text(reader, node, keys, "owner", _EXCEPTION),
            reason=_required_text(reader, node, keys, "reason", _EXCEPTION),
            expires=_expires(reader, node, keys),
        ),
    )


def _required_text(
    reader: NodeReader, rule: Node, keys: _Keys, key: str, where: str = _RULE
) -> str:
    node = reader.required(rule, keys, key, where)
    return reader.text(node, f"`{key}`") if node else ""


def _expires(reader: NodeReader, rule: Node, keys: _Keys) -> date:
    node = reader.required(rule, keys, "expires", _EXCEPTION)
    return read_day(reader, node, "`expires`") if node else date.min


def read_day(reader: NodeReader, node: Node, where: str) -> date:
    """A day, quoted or not. Any other text is an error, and gives `date.min`."""
    word = str(node.value) if isinstance(node, ScalarNode) else ""
    try:
        return date.fromisoformat(word if _DAY.fullmatch(word) else "")
    except ValueError:
        reader.error(node, f"{where} is not a day", "write it as YYYY-MM-DD")
        return date.min


def _entries(
    reader: NodeReader, rule: Node, keys: _Keys, key: str, where: str = _RULE
) -> list[Node]:
    node = reader.required(rule, keys, key, where)
    if node is None:
        return []
    items = reader.sequence(node, f"`{key}`")
    if not items:
        reader.error(node, f"`{key}` is empty", "an entry `{}` names anyone")
    return items


def _headers(reader: NodeReader, node: Node) -> Wanted:
    for name, key, _ in reader.items(node, "`headers`"):
        if not _HEADER.fullmatch(name):
            reader.error(
                key,
                f"`{name}` is not the name of a header",
                "write it in lower case, without the colon",
            )
    return _wanted(reader, node, "header")


def _wanted(reader: NodeReader, node: Node, what: str) -> Wanted:
    """Claims or headers, each with its accepted values."""
    found = []
    for name, key, value in reader.items(node, f"`{what}s`"):
        words = reader.strings(value, f"{what} `{name}`", bool, "")
        if not words:
            reader.error(key, f"{what} `{name}` has no value", "list values, or `*` for any")
        found.append((name, words))
    if not found:
        reader.error(node, f"`{what}s` is empty", "leave the key out for anyone")
    return tuple(found)


def _disclosure(reader: NodeReader, node: Node, where: str, groups: Groups) -> Disclosure:
    keys = reader.mapping(node, policy_keys.DISCLOSURE, where)
    allow, deny = (
        read_entries(reader, keys[key], f"`{key}`", groups, star=True)
        if key in keys
        else frozenset[str]()
        for key in ("allow", "deny")
    )
    redact, forms = (
        read_masks(reader, keys["redact"], groups)
        if "redact" in keys
        else (frozenset[str](), frozenset[tuple[str, MaskForm]]())
    )
    otherwise = policy_keys.OTHERWISE
    chosen = (
        reader.choice(keys["otherwise"], otherwise, "`otherwise`")
        if "otherwise" in keys
        else Action.DENY
    )
    media = read_media(reader, keys["media"]) if "media" in keys else None
    return Disclosure(allow, redact, deny, chosen, forms, media)
