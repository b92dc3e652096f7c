"""Every key that a policy file may hold, with the JSON Schema of its value.

The reader takes its keys from these tables, and `mesh.policy_file.json_schema` publishes them. So
an editor completes exactly the keys that the reader accepts. A schema checks less than the reader:
values that are wrong only together are errors there.
"""

from collections.abc import Mapping
from typing import Final

from mesh.message import identity, message_types, paths
from mesh.message.facts import Direction, Protocol
from mesh.policy.decision import Action, Mode, Refusal, Uneventful
from phiscan.media_names import MEDIA_NAMES
from phiscan.redaction.masks import MaskForm

Schema = dict[str, object]
Table = Mapping[str, Schema]
"""Key to the schema of its value, in the order in which people write the keys."""

GROUP_NAME: Final = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
"""Lower case, so that no group is mistaken for a class or an infoType."""

API_VERSION: Final = "phiguard.dev/v1alpha1"
POLICY_KIND: Final = "SegmentationPolicy"
PORTS: Final = range(1, 1 << 16)
MODES: Final = {mode.value: mode for mode in Mode}
DEFAULT_ACTIONS: Final = {action.value: action for action in (Action.DENY, Action.ALLOW)}
UNSCANNABLE: Final = {action.value: action for action in (Action.DENY, Action.ALERT)}
OPAQUE: Final = {action.value: action for action in (Action.ALERT, Action.ALLOW, Action.DENY)}
OTHERWISE: Final = {action.value: action for action in (Action.DENY, Action.REDACT, Action.ALERT)}
UNEVENTFUL: Final = {word.value: word for word in Uneventful}
ON_DENIED: Final = {refusal.value: refusal for refusal in Refusal}
ACTIONS: Final = {"ALLOW": False, "AUDIT": True}
MTLS: Final = {"true": True, "any": False}


def _text(about: str, form: str = "") -> Schema:
    return {"type": "string", "minLength": 1, **_whole(form), "description": about}


def _whole(form: str) -> Schema:
    """The whole text has the form of a regular expression."""
    return {"pattern": f"^(?:{form})$"} if form else {}


def _one_of(words: Mapping[str, object], about: str) -> Schema:
    return {"type": "string", "enum": list(words), "description": about}


def _list(items: Schema, about: str, least: int = 0) -> Schema:
    return {
        "type": "array",
        "items": items,
        "description": about,
        **({"minItems": least} if least else {}),
    }


def _texts(about: str, least: int = 1, form: str = "") -> Schema:
    return _list({"type": "string", "minLength": 1, **_whole(form)}, about, least)


def closed(table: Table, about: str, required: tuple[str, ...] = ()) -> Schema:
    """A mapping that may hold the table's keys and no others."""
    needed: Schema = {"required": list(required)} if required else {}
    return {
        "type": "object",
        "properties": dict(table),
        **needed,
        "additionalProperties": False,
        "description": about,
    }


def _named(values: Schema, about: str, least: int = 0) -> Schema:
    return {
        "type": "object",
        "additionalProperties": values,
        **({"minProperties": least} if least else {}),
        "description": about,
    }


PEER: Final[Table] = {
    "principals": _texts(
        "SPIFFE identities without scheme, `cluster.local/ns/NAMESPACE/sa/ACCOUNT`; `*` at the end",
        form=identity.PRINCIPAL_PATTERN_FORM,
    ),
    "namespaces": _texts(
        "Kubernetes namespaces; `*` at the end", form=identity.NAMESPACE_PATTERN_FORM
    ),
    "trustDomains": _texts(
        "trust domains of identities; `*` at the start or at the end", form=identity.GLOB_FORM
    ),
    "serviceAccounts": _texts(
        "names of service accounts; `*` at the start or at the end", form=identity.GLOB_FORM
    ),
}
_GROUPS: Final[Table] = {
    "groups": _texts(
        "names of `workloadGroups`; excludes the other keys of a peer", form=GROUP_NAME
    )
}
OPERATION: Final[Table] = {
    "methods": _texts("HTTP methods in capitals", 0, "[A-Z]+"),
    "paths": _texts("decoded paths; `*` at the end", 0, paths.PATH_PATTERN_FORM),
    "hosts": _texts(
        "authorities in lower case without port; `*` at the start or at the end",
        0,
        paths.HOST_PATTERN_FORM,
    ),
    "ports": _list(
        {"type": "integer", "minimum": PORTS[0], "maximum": PORTS[-1]}, "destination ports"
    ),
    "protocols": _list(
        {"type": "string", "enum": [p.value for p in Protocol]}, "HTTP when left out", 1
    ),
    "messageTypes": _texts(
        "types of HL7 messages, with `protocols: [MLLP]`: `ADT^A01`, `ORU^*`; all if left out",
        form=message_types.TYPE_PATTERN_FORM,
    ),
}
GROUP_MEMBER: Final[Table] = {**PEER, **_GROUPS}
SOURCE: Final[Table] = {
    **PEER,
    **_GROUPS,
    "ipBlocks": _texts(
        "addresses of peers without an identity; excludes the other keys", form="[0-9A-Fa-f:][^*]*"
    ),
}
TARGET: Final[Table] = {
    **PEER,
    **_GROUPS,
    "hosts": _texts(
        "hosts outside the mesh, by ServiceEntry; `*` at the start or at the end",
        form=paths.HOST_PATTERN_FORM,
    ),
    "operation": closed(OPERATION, "the operation; any when left out"),
}
_VALUES: Final = "accepted values; `*` for any"
WHEN: Final[Table] = {
    "mtls": {
        "enum": [True, "any"],
        "description": "`any` lets the rule's identifiers flow unencrypted",
    },
    "claims": _named(_texts(_VALUES), "JWT claims that Envoy has verified", 1),
    "headers": _named(
        _texts(_VALUES),
        "request headers, by names in lower case, that Envoy vouches for in its metadata",
        1,
    ),
}
_ENTRIES: Final = (
    "infoTypes, classes A to R of 45 CFR 164.514(b)(2)(i), groups, or `*` for every individual's"
)
ENTRY_FORM: Final = rf"[A-R]|[A-Z][A-Z0-9_]{{2,60}}|{GROUP_NAME}"
"""InfoTypes (an organisation's own, too), classes and groups, as a regular expression."""
_ENTRY_OR_STAR: Final = rf"\*|{ENTRY_FORM}"
FORMS: Final = {form.value: form for form in MaskForm}
MASK: Final[Table] = {
    "infoType": _text(_ENTRIES, _ENTRY_OR_STAR),
    "as": _one_of(FORMS, "the form of the mask; plain is `XXX`"),
}
DISCLOSURE: Final[Table] = {
    "allow": _texts(f"may flow: {_ENTRIES}", 0, _ENTRY_OR_STAR),
    "redact": _list(
        {
            "anyOf": [
                {"type": "string", "minLength": 1, **_whole(_ENTRY_OR_STAR)},
                closed(MASK, "an entry with its form", tuple(MASK)),
            ]
        },
        f"is masked: {_ENTRIES}",
    ),
    "deny": _texts(f"must not flow: {_ENTRIES}", 0, _ENTRY_OR_STAR),
    "otherwise": _one_of(
        OTHERWISE, "for an individual's identifier that no entry names; DENY when left out"
    ),
    "media": _list(
        {"type": "string", "enum": list(MEDIA_NAMES)},
        "what a body may be read as, whatever its Content-Type; any when left out",
        1,
    ),
}
PHI: Final[Table] = {
    "request": closed(DISCLOSURE, "what may flow to the destination"),
    "response": closed(DISCLOSURE, "what may flow back to the source"),
}
_MODE: Final = _one_of(MODES, "only `enforce` stops or changes messages")
_FROM: Final = _list(closed(SOURCE, "a source: all that is listed must match"), "who calls", 1)
_TO: Final = _list(
    closed(TARGET, "a destination: all that is listed must match"), "who is called", 1
)
_ON_OPAQUE: Final = _one_of(
    OPAQUE, "for a part that looks encoded or encrypted and decodes to nothing; ALERT by default"
)
RULE: Final[Table] = {
    "name": _text("name in records; unique in a policy"),
    "action": _one_of(
        ACTIONS,
        "AUDIT only records what the rule would have done; ALLOW when left out",
    ),
    "from": _FROM,
    "to": _TO,
    "when": closed(WHEN, "conditions of the connection"),
    "phi": closed(PHI, "which identifiers may flow; none when left out"),
    "onOpaque": _ON_OPAQUE,
    "mode": _MODE,
}
RULE_REQUIRED: Final = ("name", "from", "to")
DIRECTIONS: Final = {direction.value: direction for direction in Direction}
EXCEPTION: Final[Table] = {
    "name": _text("name in records; unique in a policy"),
    "from": _FROM,
    "to": _TO,
    "direction": _one_of(DIRECTIONS, "both when left out"),
    "allow": _texts(f"may flow until then: {_ENTRIES}", form=_ENTRY_OR_STAR),
    "owner": _text("who is responsible for it"),
    "reason": _text("why it is needed"),
    "expires": {
        "type": "string",
        "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
        "description": "the last day (UTC) on which it holds",
    },
}
EXCEPTION_REQUIRED: Final = ("name", "from", "to", "allow", "owner", "reason", "expires")
SERVICE: Final[Table] = {
    "host": _text("Istio service host, in full", r"[a-z0-9._-]+|\[[0-9a-f:.]+\]"),
    "principal": _text("who serves it", identity.PRINCIPAL_FORM),
}
METADATA: Final[Table] = {
    "name": _text("name of the policy"),
    "namespace": _text("namespace that the file belongs to; the whole mesh when left out"),
}
_NOT: Final = "a rule cannot exclude peers; list those that it is for"
ISTIO: Final[Mapping[str, str]] = {
    "selector": "name the destinations of each rule in its `to`",
    "targetRefs": "name the destinations of each rule in its `to`",
    "source": "write its keys without `source` around them",
    "requestPrincipals": "write `when: {claims: {iss: [...], sub: [...]}}`",
    "remoteIpBlocks": "write `ipBlocks`",
    **dict.fromkeys(
        (
            "notPrincipals",
            "notNamespaces",
            "notServiceAccounts",
            "notIpBlocks",
            "notRemoteIpBlocks",
        ),
        _NOT,
    ),
    **dict.fromkeys(
        ("notMethods", "notPaths", "notHosts", "notPorts"),
        "a rule cannot exclude operations; list those that it is for",
    ),
}
"""Hints for keys of Istio's AuthorizationPolicy that are refused here.

They have no meaning here, or would be read as their opposite.
"""
AUDIT: Final[Table] = {
    "uneventful": _one_of(
        UNEVENTFUL,
        "decisions on messages in which nothing was found: each in a record of its own, or counted "
        "by edge in a summary each second; each when left out",
    ),
}
MLLP: Final[Table] = {
    "onDenied": _one_of(
        ON_DENIED,
        "what the sender of a refused message gets: a negative acknowledgement, or the end of the "
        "connection; NAK when left out",
    ),
}
MESH_WIDE: Final = (
    "defaultAction",
    "treatIdentifiersAsPhi",
    "onUnscannable",
    "onOpaque",
    "audit",
    "mllp",
)
"""Keys of `spec` that a file with a namespace must not write."""
SPEC: Final[Table] = {
    "mode": _MODE,
    "defaultAction": _one_of(
        DEFAULT_ACTIONS, "for an encrypted edge that no rule names; DENY when left out"
    ),
    "treatIdentifiersAsPhi": {
        "type": "boolean",
        "description": "whether identifiers are PHI even without health information",
    },
    "onUnscannable": _one_of(
        UNSCANNABLE, "for a message that could not be read completely; DENY when left out"
    ),
    "onOpaque": _ON_OPAQUE,
    "audit": closed(AUDIT, "how decisions are recorded"),
    "mllp": closed(MLLP, "what happens to HL7 messages over MLLP"),
    "services": _list(
        closed(SERVICE, "one service", tuple(SERVICE)),
        "which principal serves a host, for the sender's sidecar",
    ),
    "identifierGroups": _named(
        _texts(f"entries: {_ENTRIES[:-4]}", form=ENTRY_FORM), "groups of identifiers, by name"
    ),
    "workloadGroups": _named(
        _list(closed(GROUP_MEMBER, "a workload: all that is listed must match"), "members", 1),
        "groups of workloads, by name",
    ),
    "rules": _list(
        closed(RULE, "opens edges for the identifiers that it lists", RULE_REQUIRED),
        "each opens edges for the identifiers that it lists; their order does not count",
    ),
    "exceptions": _list(
        closed(EXCEPTION, "allows until a day what no rule denies", EXCEPTION_REQUIRED),
        "rules that end by themselves",
    ),
}
TOP: Final[Table] = {
    "apiVersion": {"type": "string", "enum": [API_VERSION]},
    "kind": {"type": "string", "enum": [POLICY_KIND]},
    "metadata": closed(METADATA, "what the policy is called", ("name",)),
    "spec": closed(SPEC, "the policy: who may send which identifiers to whom"),
}
