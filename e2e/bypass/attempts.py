"""One attempt: a message, or the answer to a question, past the guard."""

from dataclasses import replace
from secrets import token_hex
from typing import Final

from e2e.bypass.answers import Answered
from e2e.bypass.backend import ANSWERS
from e2e.bypass.laboratory import Field
from e2e.bypass.technique import DELIVERED, Sent, Technique, Value, head, http2
from e2e.bypass.wire import send

_QUESTION: Final = "question"  # the token of requests for an answer


def attempt(
    field: Field, gate: str, technique: Technique, twin: Value, denied: list[bytes]
) -> tuple[str, bytes, bytes]:
    """Send one message. Returns how it ended, what arrived, and what should have.

    Its token is added to `denied` where it must not arrive, also not later.
    """
    door, callee = field.door(gate)
    value = replace(twin, token=token_hex(8), host=callee.host)
    sent = technique.make(value)
    mark, logged = field.backend.mark(), field.logged()
    heard = send(door, sent)
    ended = next(filter(None, (field.end(answer, logged) for answer in heard.answers)), DELIVERED)
    if ended != DELIVERED:
        denied.append(value.token.encode())
    received = field.backend.since(mark)
    return ended, received if value.token.encode() in received else b"", sent.carried


def ask(field: Field, way: Answered, twin: Value) -> tuple[str, bytes, bytes]:
    """Ask for one answer. Returns how it ended, what was heard, and the token in the answer."""
    door, callee = field.door("responses")
    value = replace(twin, token=token_hex(8), host=callee.host)
    answer = field.backend.answers[value.token] = way.make(value)
    path = f"{ANSWERS}{value.token}"
    asked = replace(value, token=_QUESTION)
    if isinstance(answer, bytes):
        parts = (head(asked, "connection: close", line=f"{way.method} {path} HTTP/1.1"),)
    else:
        parts = http2(asked, more=[(":method", way.method), (":path", path)])
    logged = field.logged()
    heard = send(door, Sent(parts, b""))
    return field.end(heard.answers[0], logged), heard.raw, value.token.encode()
