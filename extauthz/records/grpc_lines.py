"""What gRPC and Python write to standard error, as events of our log.

gRPC writes lines of its own from C++. Some hold a client's text: the server name of a handshake is
what the client sent. So a line becomes an event and a cause from a closed set, and its text is
dropped. `tests/extauthz/guard/test_refused_connections.py` provokes the lines on a real server.
"""

import logging
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from extauthz.records.logs import LogEvent


class Cause(StrEnum):
    """Why a connection was refused."""

    NOT_TLS = "not TLS"
    NO_CERTIFICATE = "no client certificate"
    CERTIFICATE_REFUSED = "client certificate refused"
    GUARD_REFUSED = "the client refused the guard's certificate"
    NOTHING_COMMON = "no common TLS version or cipher"
    HANDSHAKE = "handshake failed"


@dataclass(frozen=True, slots=True)
class Notice:
    """One line without its text."""

    event: LogEvent
    level: int
    cause: Cause | None = None


# how abseil begins a line: level, date, thread, source
#   match: `E1129 19:12:56.318350   28561 ssl_transport_security.cc:3238] No match found`
#   near miss: `E1129 No match found`
_ABSEIL: Final = re.compile(rb"([IWEF])\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ [\w.\-]+:\d+\] ")
# BoringSSL's word for what went wrong, and what the verification of the certificate says
#   match: `error:100000c0:SSL routines:OPENSSL_internal:NO_SHARED_CIPHER: Invalid certificate`
#   near miss: `SSL_ERROR_SYSCALL`
_REASON: Final = re.compile(rb"OPENSSL_internal:([A-Z0-9_]+)(?:: (.*))?")
_NOT_VERIFIED: Final = b"Invalid certificate verification context"
_REASONS: Final = {
    b"HTTP_REQUEST": Cause.NOT_TLS,
    b"HTTPS_PROXY_REQUEST": Cause.NOT_TLS,
    b"WRONG_VERSION_NUMBER": Cause.NOT_TLS,
    b"PEER_DID_NOT_RETURN_A_CERTIFICATE": Cause.NO_CERTIFICATE,
    b"CERTIFICATE_VERIFY_FAILED": Cause.CERTIFICATE_REFUSED,
    b"UNSUPPORTED_PROTOCOL": Cause.NOTHING_COMMON,
    b"NO_SHARED_CIPHER": Cause.NOTHING_COMMON,
    b"NO_SHARED_GROUP": Cause.NOTHING_COMMON,
    b"NO_COMMON_SIGNATURE_ALGORITHMS": Cause.NOTHING_COMMON,
}
_HANDSHAKE: Final = b"Handshake failed with error"
_BY_START: Final = (
    (b"No match found for server name", Notice(LogEvent.SERVER_NAME, logging.INFO)),
    (b"File descriptor limit reached", Notice(LogEvent.FILES_USED_UP, logging.ERROR)),
)
# how CPython and the C and C++ runtimes begin their last words
_LAST_WORDS: Final = (b"Fatal Python error", b"terminate called", b"*** ")

_UNKNOWN: Final = Notice(LogEvent.OUTPUT, logging.WARNING)
_CRASH: Final = Notice(LogEvent.LAST_WORDS, logging.CRITICAL)


def read(written: bytes) -> Notice:
    """Return what one write to standard error says.

    Only its beginning decides what it is, so that a line break in a client's text cannot pass for
    another line.
    """
    if written.startswith(_LAST_WORDS):
        return _CRASH
    prefix = _ABSEIL.match(written)
    if prefix is None:
        return _UNKNOWN
    if prefix[1] == b"F":
        return _CRASH
    said = written[prefix.end() :]
    if said.startswith(_HANDSHAKE):
        return Notice(LogEvent.CONNECTIONS_REFUSED, logging.WARNING, _cause(said))
    return next((notice for start, notice in _BY_START if said.startswith(start)), _UNKNOWN)


def _cause(said: bytes) -> Cause:
    reason = _REASON.search(said)
    if reason is None:
        return Cause.HANDSHAKE
    word, verified = reason.groups()
    # TLSV1_ALERT_UNKNOWN_CA, SSLV3_ALERT_BAD_CERTIFICATE: the client sent an alert
    if b"_ALERT_" in word and (b"CERTIFICATE" in word or b"_CA" in word):
        return Cause.GUARD_REFUSED
    if word in _REASONS:
        return _REASONS[word]
    if verified is not None and not verified.startswith(_NOT_VERIFIED):
        return Cause.CERTIFICATE_REFUSED
    return Cause.HANDSHAKE
