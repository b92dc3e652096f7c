"""Whether a message is dear: too much work for the event loop, where every other message waits.

A scan costs little where no label and no sign of a value occurs, whatever the size. Elsewhere a few
KiB take as long as a whole trip to a scanner process (`python -m bench.scanner_trip`). So a message
is dear when it is larger than that, and the engine does not see at once that there is nothing to
find.
"""

from collections.abc import Sequence
from typing import Final

from mesh.exchange.events import Body, Event, Head, Trailers
from phiscan.engine import Engine

SMALL: Final = 2048
"""Bytes of a body that is judged on the event loop, whatever it holds."""
_SMALL_ENCODED: Final = 512
"""The same of a body with a content coding: nobody knows how long it is without."""


def is_whole(events: Sequence[Event]) -> bool:
    """Whether the message has a body and ends with the last of its events."""
    last = events[-1]
    if not isinstance(events[0], Head):
        return False
    return isinstance(last, Trailers) or (isinstance(last, Body) and last.end)


def is_dear(events: Sequence[Event], engine: Engine) -> bool:
    """Whether judging a whole message takes longer than the event loop may be held."""
    head = events[0]
    bodies = [event.data for event in events if isinstance(event, Body)]
    body = bodies[0] if len(bodies) == 1 else b"".join(bodies)
    is_encoded = isinstance(head, Head) and bool(head.content_encoding)
    return is_dear_body(body, engine, is_encoded=is_encoded)


def is_dear_body(data: bytes, engine: Engine, *, is_encoded: bool) -> bool:
    """Whether scanning a document takes longer than the event loop may be held."""
    if is_encoded:
        return len(data) > _SMALL_ENCODED
    return len(data) > SMALL and engine.may_find(data)
