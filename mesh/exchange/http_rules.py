"""What HTTP says about a message's body, for `mesh.exchange.machine`, which knows no protocol.

- Does the connection change to another protocol, so that nothing after the head can be read?
- Is the body only a part of a document? The sender has cut it, and the client chooses the parts.
  Rows of a table without its header row hold no PHI that a scan can recognise.
- Is a part of the body missing? The Content-Length says how long it should be.
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
    if _is_none_of_http(head):
        return head.facts
    if _asks_for_upgrade(head) or _switches(head):
        return replace(head.facts, protocol=Protocol.UPGRADE)
    return head.facts


def is_part(head: Head) -> bool:
    """Whether the body is a part of a document (RFC 9110, section 14.4).

    A 206 response with several parts has no Content-Range of its own.
    """
    if _is_none_of_http(head):
        return False
    ranges = head.headers.all("content-range")
    if _has_status(head, "416"):  # status 416 comes with `bytes */1000`: the body is no part
        return False
    return (_has_status(head, "206") and not ranges) or not all(map(_is_all, ranges))


def is_cut_off(head: Head, received: int) -> bool:
    """Whether the number of bytes received differs from the Content-Length."""
    if _is_none_of_http(head):
        return False
    declared = head.headers.content_length
    return declared not in {None, received} and not (received == 0 and _has_no_body(head))


def _is_none_of_http(head: Head) -> bool:
    """Whether the message is HL7 over MLLP, whose head the guard itself has written."""
    return head.facts.protocol is Protocol.MLLP


def _asks_for_upgrade(head: Head) -> bool:
    """Whether a request asks for another protocol.

    Sources: RFC 9110, sections 7.8 and 9.3.6 (CONNECT); RFC 8441, section 4. `upgrade` in a
    response does not count: a server may name it without switching.
    """
    headers = head.headers
    return head.facts.direction is Direction.REQUEST and (
        "upgrade" in headers
        or ":protocol" in headers
        or headers.get(":method").upper() == "CONNECT"
    )


def _switches(head: Head) -> bool:
    """Whether a response ends HTTP on the connection: status 101, or any success of CONNECT.

    Source: RFC 9110, sections 15.2.2 and 9.3.6.
    """
    if head.facts.direction is not Direction.RESPONSE:
        return False
    status = head.headers.get(":status")
    is_tunnel = head.facts.operation.method.upper() == "CONNECT" and status.startswith("2")
    return status == "101" or is_tunnel


def _is_all(content_range: str) -> bool:
    found = _RANGE.fullmatch(content_range.strip())
    if found is None:
        return False
    first, last, size = (decimal(found[name]) for name in ("first", "last", "size"))
    return first == 0 and last is not None and last + 1 == size


def _has_no_body(head: Head) -> bool:
    """Whether the response has no body but may have a Content-Length (RFC 9110, section 8.6)."""
    is_response = head.facts.direction is Direction.RESPONSE
    return is_response and (head.facts.operation.method == "HEAD" or _has_status(head, "304"))


def _has_status(head: Head, status: str) -> bool:
    return head.facts.direction is Direction.RESPONSE and status in head.headers.all(":status")
