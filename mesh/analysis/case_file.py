"""Files of cases, for `phiguard simulate`, `phiguard policy test` and the project's own tests.

A case file names its policy by a path or contains it. This module opens no file: the caller's
`read` does, and so decides which paths are allowed. docs/policy.md lists the keys.
"""

import json
import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, TypeVar

from yaml.nodes import Node, ScalarNode, SequenceNode

from mesh.analysis.cases import Case, ExpectedWord
from mesh.exchange.events import Head
from mesh.message import identity
from mesh.message.facts import Claims, Direction, Facts, Operation, Protocol, Vantage
from mesh.message.headers import Headers
from mesh.message.message_types import is_type
from mesh.policy.decision import Action, Reason
from mesh.policy.policy import Policy
from mesh.policy.vocabulary import BUILT_IN, Vocabulary
from mesh.policy_file import load as policy_file
from mesh.policy_file.keys import PORTS
from mesh.policy_file.nodes import NodeReader
from mesh.policy_file.problems import PolicyError
from mesh.policy_file.rules import read_day
from phiscan.finding import Coverage, Verdict
from phiscan.identifiers import Identifier

Read = Callable[[str], bytes | Mapping[str, bytes]]
"""Reads a path as a case file writes it.

Gives the bytes of a file, or for a folder the bytes of its policy files by name. Raises OSError
when there is none.
"""

_BODIES: Final = ("body", "bodyBase64", "bodyFile")
_REQUEST: Final = (
    *(
        "source",
        "destination",
        "service",
        "caller",
        "mtls",
        "vantage",
        "direction",
        "protocol",
        "redactable",
    ),
    *("method", "path", "host", "port", "headers", "contentType", "truncated", *_BODIES),
    "messageType",
    *("sourceAddress", "claims", "verifiedHeaders"),
)
_FLAGS: Final = {"mtls": False, "redactable": True, "truncated": False}
_WORDS: Final[Mapping[str, Mapping[str, StrEnum]]] = {
    "decision": {action.value: action for action in Action},
    "reason": {reason.value: reason for reason in Reason},
    "verdict": {verdict.value: verdict for verdict in Verdict},
    "coverage": {coverage.value: coverage for coverage in Coverage},
}
_EXPECT: Final = (*_WORDS, "media", "identifiers", "enforced", "rules", "audits")
_AUDITS: Final = {action.value: action for action in Action if action is not Action.ALLOW}
_CASES: Final = re.compile(r"^cases:", re.MULTILINE)
_POLICY: Final = re.compile(
    r"^[\"']?(?:apiVersion|kind|spec)\b", re.MULTILINE
)  # a policy inside a case file is indented
_CLASSES: Final = frozenset(identifier.value for identifier in Identifier)

_WordT = TypeVar("_WordT")


VocabularyOf = Callable[[str], Vocabulary]


def _built_in(_: str) -> Vocabulary:
    return BUILT_IN


@dataclass(frozen=True, slots=True)
class _Source:
    """Where the parts of a case file come from."""

    text: str
    read: Read
    words_of: VocabularyOf


def is_case_file(text: str) -> bool:
    """Whether a YAML file holds cases, so that it is not read as a part of the policy beside it.

    A file that also has a policy's own keys is read as a policy, and then refused for the other
    keys: no part of a policy is ever skipped.
    """
    return _CASES.search(text) is not None and _POLICY.search(text) is None


def load(
    text: str, *, file: str, read: Read, words_of: VocabularyOf = _built_in
) -> tuple[Case, ...]:
    """The cases of a file.

    Args:
        words_of: gives the infoTypes that a policy may name, by the policy's path as the file names
            it; by `""` for a policy inside the file.

    Raises:
        PolicyError: with every problem of the file and of the policy that it names.
    """
    reader = NodeReader(file)
    root = reader.compose(text)
    cases = _file(reader, root, _Source(text, read, words_of)) if root is not None else ()
    if reader.failed:
        raise PolicyError(reader.problems)
    return cases


def _file(reader: NodeReader, root: Node, source: "_Source") -> tuple[Case, ...]:
    keys = reader.mapping(root, ("policy", "today", "cases"), "the case file")
    policy_node, cases_node = (
        reader.required(root, keys, key, "the case file") for key in ("policy", "cases")
    )
    today = read_day(reader, keys["today"], "`today`") if "today" in keys else None
    policy = _policy(reader, policy_node, source) if policy_node else None
    nodes = reader.sequence(cases_node, "`cases`") if cases_node else []
    if isinstance(cases_node, SequenceNode) and not nodes:
        reader.error(cases_node, "`cases` is empty", "write a message and what should become of it")
    # read the cases even without a usable policy, so that one run shows all problems
    dated = replace(policy or Policy(name="", digest=""), today=today)
    return tuple(_case(reader, node, dated, source.read) for node in nodes)


def _policy(reader: NodeReader, node: Node, source: "_Source") -> Policy | None:
    if not isinstance(node, ScalarNode):
        text = source.text[node.start_mark.index : node.end_mark.index]
        return policy_file.read(reader, node, text, source.words_of(""))
    path = reader.text(node, "`policy`")
    found = _read(reader, node, path, source.read)
    files = found if isinstance(found, Mapping) else {path: found}
    try:
        texts = {name: data.decode() for name, data in files.items()}
        policy, problems = policy_file.check_files(texts, vocabulary=source.words_of(path))
    except UnicodeDecodeError:
        reader.error(node, f"policy `{path}` is not UTF-8", "save it as UTF-8")
        return None
    if found:
        reader.include(problems)
    return policy


def _read(reader: NodeReader, node: Node, path: str, read: Read) -> bytes | Mapping[str, bytes]:
    try:
        return read(path) if path else b""
    except OSError as exc:
        reader.error(node, f"`{path}` cannot be read: {exc.strerror or 'no such file'}")
        return b""


def _case(reader: NodeReader, node: Node, policy: Policy, read: Read) -> Case:
    keys = reader.mapping(node, ("name", "request", "expect"), "a case")
    name_node, request_node = (
        reader.required(node, keys, key, "the case") for key in ("name", "request")
    )
    request = reader.mapping(request_node, _REQUEST, "`request`") if request_node else {}
    flags = {
        key: reader.boolean(request[key], f"`{key}`") if key in request else default
        for key, default in _FLAGS.items()
    }
    body, implied_type = _body(reader, request, read)
    return Case(
        name=reader.text(name_node, "`name`") if name_node else "",
        line=node.start_mark.line + 1,
        policy=policy,
        head=Head(
            _facts(reader, request, flags),
            _headers(reader, request, implied_type),
            end=body is None,
        ),
        body=body,
        truncated=flags["truncated"],
        expect=_expect(reader, keys["expect"]) if "expect" in keys else {},
    )


def _facts(reader: NodeReader, request: Mapping[str, Node], flags: Mapping[str, bool]) -> Facts:
    def text(key: str) -> str:
        return reader.text(request[key], f"`{key}`") if key in request else ""

    def principal(key: str) -> str:
        word = text(key)
        if word and not identity.is_principal(word):
            reader.error(
                request[key],
                f"`{word}` is not a principal",
                "write `cluster.local/ns/NAMESPACE/sa/ACCOUNT`",
            )
        return word

    port = reader.integer(request["port"], PORTS, "`port`") if "port" in request else 0
    return Facts(
        direction=_word(reader, request, "direction", {d.value: d for d in Direction}),
        vantage=_word(reader, request, "vantage", {v.value: v for v in Vantage}),
        protocol=_word(reader, request, "protocol", {p.value: p for p in Protocol}),
        source=principal("source"),
        destination=principal("destination"),
        service=text("service"),
        caller=principal("caller"),
        mtls=flags["mtls"],
        redactable=flags["redactable"],
        operation=Operation(
            text("method"), text("path"), text("host"), port, _message_type(reader, request)
        ),
        source_address=text("sourceAddress"),
        claims=_vouched(reader, request["claims"], "claim") if "claims" in request else None,
        headers=_vouched(reader, request["verifiedHeaders"], "header")
        if "verifiedHeaders" in request
        else None,
    )


def _message_type(reader: NodeReader, request: Mapping[str, Node]) -> str:
    """The type of the HL7 message that a response answers. A request says its own."""
    if "messageType" not in request:
        return ""
    node = request["messageType"]
    written = {
        key: str(request[key].value) if key in request else "" for key in ("protocol", "direction")
    }
    if written != {"protocol": Protocol.MLLP.value, "direction": Direction.RESPONSE.value}:
        reader.error(
            node,
            "`messageType` is of a response over MLLP: the type of the message that it answers",
            "leave it out; the type of a request stands in its MSH-9",
        )
    word = reader.text(node, "`messageType`")
    if word and not is_type(word):
        reader.error(node, f"`{word}` is not a message type", "write it as `ADT^A01`")
    return word


def _vouched(reader: NodeReader, node: Node, what: str) -> Claims:
    return tuple(
        (name, frozenset(reader.strings(value, f"{what} `{name}`", bool, "")))
        for name, _, value in reader.items(node, f"the {what}s")
    )


def _word(
    reader: NodeReader, request: Mapping[str, Node], key: str, choices: Mapping[str, _WordT]
) -> _WordT:
    """One of the choices; the first one when the key is absent."""
    return (
        reader.choice(request[key], choices, f"`{key}`")
        if key in request
        else next(iter(choices.values()))
    )


def _headers(reader: NodeReader, request: Mapping[str, Node], implied_type: str) -> Headers:
    fields = []
    for name, _, value in (
        reader.items(request["headers"], "`headers`") if "headers" in request else ()
    ):
        if not isinstance(value, ScalarNode):
            reader.error(value, f"header `{name}` is not a single value")
        fields.append((name.lower(), str(value.value)))
    content_type = (
        reader.text(request["contentType"], "`contentType`")
        if "contentType" in request
        else implied_type
    )
    if content_type and not any(name == "content-type" for name, _ in fields):
        fields.append(("content-type", content_type))
    return Headers(tuple(fields))


def _body(reader: NodeReader, request: Mapping[str, Node], read: Read) -> tuple[bytes | None, str]:
    """The body, and the content type that the way of writing it implies."""
    written = [key for key in _BODIES if key in request]
    if not written:
        return None, ""
    key, node = written[0], request[written[0]]
    if len(written) > 1:
        reader.error(node, f"the request has `{key}` and `{written[1]}`", "write one of them")
    if key == "bodyFile":
        return _body_file(reader, node, read), ""
    if key == "bodyBase64":
        return _base64(reader, node), ""
    if isinstance(node, ScalarNode):
        return str(node.value).encode(), ""
    return json.dumps(reader.plain(node), ensure_ascii=False).encode(), "application/json"


def _body_file(reader: NodeReader, node: Node, read: Read) -> bytes:
    path = reader.text(node, "`bodyFile`")
    found = _read(reader, node, path, read)
    if isinstance(found, bytes):
        return found
    reader.error(node, f"`{path}` is a folder", "name one file")
    return b""


def _base64(reader: NodeReader, node: Node) -> bytes:
    try:
        return b64decode("".join(reader.text(node, "`bodyBase64`").split()), validate=True)
    except ValueError:
        reader.error(node, "`bodyBase64` is not base64")
        return b""


def _expect(reader: NodeReader, node: Node) -> dict[str, ExpectedWord]:
    expect: dict[str, ExpectedWord] = {}
    for key, value in reader.mapping(node, _EXPECT, "`expect`").items():
        if key in _WORDS:
            expect[key] = reader.choice(value, _WORDS[key], f"`{key}`").value
        elif key == "media":
            expect[key] = reader.text(value, "`media`")
        elif key == "enforced":
            expect[key] = reader.boolean(value, "`enforced`")
        elif key == "audits":
            expect[key] = _audits(reader, value)
        else:
            is_valid = _CLASSES.__contains__ if key == "identifiers" else bool
            expect[key] = tuple(
                sorted(reader.strings(value, f"`{key}`", is_valid, "write classes A to R"))
            )
    return expect


def _audits(reader: NodeReader, node: Node) -> tuple[str, ...]:
    """What each AUDIT rule would have done, by name; `{}` for nothing."""
    found = reader.items(node, "`audits`")
    return tuple(
        sorted(
            f"{rule}: {reader.choice(value, _AUDITS, f'`{rule}`').value}"
            for rule, _, value in found
        )
    )
