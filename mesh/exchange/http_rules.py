"""What HTTP says of a message's body, for `mesh.exchange.machine`, which knows no protocol.

- Does another protocol follow, so that nothing after the head can be read?
- Is the body only a part of a document? Its sender has cut it: rows of a table without their header hold no PHI, and
  whoever asks chooses the parts.
- Is a part of the body missing? The Content-Length says how long it is.
"""

import re
from dataclasses import replace
from typing import Final

from mesh.exchange.events import Head
from mesh.message.decimals import decimal
from mesh.message.facts import Direction, Facts, Protocol

# matches `bytes 0-65/66`; not `bytes 0-65/*`, `bytes */66`, `rows 0-9/10`
_RANGE: Final = re.compile(
    r"bytes (?P<first>[0-9]+)-(?P<last>[0-9]+)/(?P<size>[0-9]+)", re.IGNORECASE | re.ASCII
)


def decided_facts(head: Head) -> Facts:
    """The facts of a message, with the protocol that its head asks for or switches to."""
    if _asks_for_upgrade(head) or _switches(head):
        return replace(head.facts, protocol=Protocol.UPGRADE)
    return head.facts


def is_part(head: Head) -> bool:
    """RFC 9110, section 14.4: whether the body is a part of a document. Several parts come without
    a Content-Range."""
    ranges = head.headers.all("content-range")
    if _has_status(head, "416"):  # `bytes */1000`: there is no part
        return False
    return (_has_status(head, "206") and not ranges) or not all(map(_is_all, ranges))


def is_cut_off(head: Head, received: int) -> bool:
    """Whether the body that was received, in bytes, is not the one that the Content-Length
    announced."""
    declared = head.headers.content_length
    return declared not in {None, received} and not (received == 0 and _has_no_body(head))


def _asks_for_upgrade(head: Head) -> bool:
    """RFC 9110, sections 7.8 and 9.3.6 (CONNECT); RFC 8441, section 4. A server may name `upgrade`
    in any response without doing it."""
    headers = head.headers
    return head.facts.direction is Direction.REQUEST and (
        "upgrade" in headers
        or ":protocol" in headers
        or headers.get(":method").upper() == "CONNECT"
    )


def _switches(head: Head) -> bool:
    """RFC 9110, sections 15.2.2 and 9.3.6: after a response with status 101, and after any success
    of CONNECT, the connection is not HTTP."""
    if head.facts.direction is not Direction.RESPONSE:
        return False
    status = head.headers.get(":status")
    return status == "101" or (head.facts.operation.method == "CONNECT" and status.startswith("2"))


def _is_all(content_range: str) -> bool:
    found = _RANGE.fullmatch(content_range.strip())
    if found is None:
        return False
    first, last, size = (decimal(found[name]) for name in ("first", "last", "size"))
    return first == 0 and last is not None and last + 1 == size


def _has_no_body(head: Head) -> bool:
    """RFC 9110, section 8.6: these responses may carry the length of a body that they do not
    have."""
    is_response = head.facts.direction is Direction.RESPONSE
    return is_response and (head.facts.operation.method == "HEAD" or _has_status(head, "304"))


def _has_status(head: Head, status: str) -> bool:
    return head.facts.direction is Direction.RESPONSE and status in head.headers.all(":status")
