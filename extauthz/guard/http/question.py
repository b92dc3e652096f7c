"""The question of `POST /v1/decide`: its JSON becomes the events of one message.

The keys are those of a case's `request` (docs/policy.md). Only names in their proper form are let
in: nothing else can travel through an identity into a span or the ledger.
"""

from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from extauthz.guard.http import members
from extauthz.guard.http.members import TwiceError, Written
from extauthz.guard.http.messages import Code, ProblemError
from mesh.exchange.events import Body, Event, Head
from mesh.message import addresses
from mesh.message.facts import Claims, Direction, Facts, Operation, Vantage
from mesh.message.headers import Headers
from mesh.message.identity import is_principal
from mesh.message.paths import is_host_pattern

KEYS: Final = (
    "source", "destination", "service", "sourceAddress", "mtls", "direction", "vantage",
    "redactable", "method", "path", "host", "port", "headers", "contentType", "contentEncoding",
    "claims", "verifiedHeaders", "body", "bodyBase64", "truncated",
)  # fmt: skip
_METHOD: Final = frozenset(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~"
)
"""Characters of a token (RFC 9110, section 5.6.2)."""
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Question:
    """One message to decide on."""

    facts: Facts = field(repr=False)
    headers: Headers
    body: bytes = field(repr=False)
    truncated: bool = False

    @property
    def events(self) -> tuple[Event, ...]:
        """The whole message."""
        return (
            Head(self.facts, self.headers),
            Body(self.body, end=True, truncated=self.truncated),
        )


def read(data: bytes, caller: str) -> Question:
    """Return the question.

    Args:
        data: the JSON text.
        caller: principal of the client, proven by its certificate; empty without one.

    Raises:
        ProblemError: it is none. The detail names a key of `KEYS` and no word of the client.
    """
    try:
        value = members.read(data, "body")
    except TwiceError:
        raise _wrong("a key stands twice") from None
    except ValueError:
        raise _wrong("the body is not JSON") from None
    if value is None:
        raise _wrong("the body is not a JSON object")
    if value.keys() - set(KEYS):
        raise _wrong("the body has a key that is none of the question's")
    asked = _Asked(value)
    body, implied = _body(asked)
    return Question(
        _facts(asked, caller),
        _headers(asked, implied),
        body,
        asked.flag("truncated", default=False),
    )


class _Asked:
    """The members of a question, each of its type."""

    def __init__(self, members: Mapping[str, Any]) -> None:
        self.members = members

    def text(self, key: str, is_valid: Callable[[str], bool] = lambda _: True) -> str:
        value = self.members.get(key, "")
        if not isinstance(value, str) or (value and not is_valid(value)):
            raise _wrong(f"`{key}` is not in its form")
        return value

    def flag(self, key: str, *, default: bool) -> bool:
        value = self.members.get(key, default)
        if not isinstance(value, bool):
            raise _wrong(f"`{key}` is neither true nor false")
        return value

    def choice(self, key: str, choices: Mapping[str, _T], default: _T) -> _T:
        if key not in self.members:
            return default
        value = self.members[key]
        if not isinstance(value, str) or value not in choices:
            raise _wrong(f"`{key}` is none of {', '.join(choices)}")
        return choices[value]

    def lists(self, key: str) -> Claims | None:
        """Names with lists of texts; None where the client says nothing of them."""
        if key not in self.members:
            return None
        value = self.members[key]
        if not isinstance(value, dict) or not all(map(_is_texts, value.values())):
            raise _wrong(f"`{key}` is not an object of lists of texts")
        return tuple((name, frozenset(values)) for name, values in value.items())


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _facts(asked: _Asked, caller: str) -> Facts:
    source = asked.text("source", is_principal)
    service = asked.text("service", lambda word: "*" not in word and is_host_pattern(word))
    usual = Vantage.OUTBOUND if service else Vantage.INBOUND
    return Facts(
        direction=asked.choice("direction", {d.value: d for d in Direction}, Direction.REQUEST),
        vantage=asked.choice("vantage", {v.value: v for v in Vantage}, usual),
        source=source,
        destination=asked.text("destination", is_principal),
        service=service,
        caller=caller,
        mtls=asked.flag("mtls", default=False),
        redactable=asked.flag("redactable", default=True),
        operation=Operation(
            method=asked.text("method", lambda word: set(word) <= _METHOD) or "GET",
            path=asked.text("path", lambda word: word.startswith("/")) or "/",
            host=asked.text("host"),
            port=_port(asked),
        ),
        source_address=""
        if source
        else asked.text("sourceAddress", lambda word: addresses.parse(word) is not None),
        claims=asked.lists("claims"),
        headers=asked.lists("verifiedHeaders"),
    )


def _port(asked: _Asked) -> int:
    value = asked.members.get("port", 0)
    if type(value) is not int or not 0 <= value <= 65535:
        raise _wrong("`port` is not a number from 0 to 65535")
    return int(value)


def _headers(asked: _Asked, implied: str) -> Headers:
    given = asked.members.get("headers", {})
    if not isinstance(given, dict) or not all(isinstance(each, str) for each in given.values()):
        raise _wrong("`headers` is not an object of texts")
    pairs = [(name.lower(), value) for name, value in given.items()]
    for key, name in (("contentType", "content-type"), ("contentEncoding", "content-encoding")):
        value = asked.text(key) or (implied if key == "contentType" else "")
        if value and all(known != name for known, _ in pairs):
            pairs.append((name, value))
    return Headers(tuple(pairs))


def _body(asked: _Asked) -> tuple[bytes, str]:
    """The body, and the content type that the way of writing it implies."""
    given = asked.members
    if "body" in given and "bodyBase64" in given:
        raise _wrong("`body` and `bodyBase64` exclude each other")
    if "bodyBase64" in given:
        try:
            return b64decode(asked.text("bodyBase64"), validate=True), ""
        except ValueError:
            raise _wrong("`bodyBase64` is not base64") from None
    body = given.get("body", "")
    return (body.text, "application/json") if isinstance(body, Written) else (body.encode(), "")


def _wrong(detail: str) -> ProblemError:
    return ProblemError(Code.BAD_REQUEST, detail)
