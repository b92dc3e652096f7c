"""The lines are those of grpcio 1.85 and Python 3.11, as they were seen.

`tests/extauthz/guard/test_refused_connections.py` provokes them on a real server.
"""

import logging

import pytest

from extauthz.records import grpc_lines
from extauthz.records.grpc_lines import Cause, Notice
from extauthz.records.logs import LogEvent

SSL = "1129 19:12:53.004658   28562 ssl_transport_security.cc:"
FAILED = f"I{SSL}2563] Handshake failed with error SSL_ERROR_SSL: error:1000009c:SSL routines:"
UNVERIFIED = "Invalid certificate verification context\n"


@pytest.mark.parametrize(
    ("rest", "cause"),
    [
        (f"OPENSSL_internal:HTTP_REQUEST: {UNVERIFIED}", Cause.NOT_TLS),
        (f"OPENSSL_internal:WRONG_VERSION_NUMBER: {UNVERIFIED}", Cause.NOT_TLS),
        (
            f"OPENSSL_internal:PEER_DID_NOT_RETURN_A_CERTIFICATE: {UNVERIFIED}",
            Cause.NO_CERTIFICATE,
        ),
        (
            "OPENSSL_internal:BAD_SIGNATURE: certificate signature failure\n",
            Cause.CERTIFICATE_REFUSED,
        ),
        (
            "OPENSSL_internal:CERTIFICATE_VERIFY_FAILED: certificate has expired\n",
            Cause.CERTIFICATE_REFUSED,
        ),
        (f"OPENSSL_internal:UNSUPPORTED_PROTOCOL: {UNVERIFIED}", Cause.NOTHING_COMMON),
        (f"OPENSSL_internal:TLSV1_ALERT_UNKNOWN_CA: {UNVERIFIED}", Cause.GUARD_REFUSED),
        (f"OPENSSL_internal:SSLV3_ALERT_BAD_CERTIFICATE: {UNVERIFIED}", Cause.GUARD_REFUSED),
        # an alert that says nothing of a certificate
        (f"OPENSSL_internal:TLSV1_ALERT_INTERNAL_ERROR: {UNVERIFIED}", Cause.HANDSHAKE),
        (f"OPENSSL_internal:BAD_DECRYPT: {UNVERIFIED}", Cause.HANDSHAKE),
        ("SSL_ERROR_SYSCALL", Cause.HANDSHAKE),
    ],
)
def test_a_failed_handshake_has_a_cause(rest, cause):
    said = grpc_lines.read((FAILED + rest).encode())

    assert said == Notice(LogEvent.CONNECTIONS_REFUSED, logging.WARNING, cause)


@pytest.mark.parametrize(
    ("written", "event"),
    [
        (f"E{SSL}3238] No match found for server name: a.example\n", LogEvent.SERVER_NAME),
        (
            "E1129 19:13:18.667674   28561 posix_engine_listener.cc:164] "
            "File descriptor limit reached. Retrying.\n",
            LogEvent.FILES_USED_UP,
        ),
        ("F1129 19:13:18.667674   28561 a.cc:164] Check failed: x\n", LogEvent.LAST_WORDS),
        ("Fatal Python error: ", LogEvent.LAST_WORDS),
        ("terminate called after throwing an instance\n", LogEvent.LAST_WORDS),
        ("*** stack smashing detected ***\n", LogEvent.LAST_WORDS),
        ("E1129 19:13:18.667674   28561 a.cc:164] something else\n", LogEvent.OUTPUT),
        ("Traceback (most recent call last):\n", LogEvent.OUTPUT),
        ("", LogEvent.OUTPUT),
        ("\xff\x00", LogEvent.OUTPUT),
    ],
)
def test_other_lines_are_events_too(written, event):
    assert grpc_lines.read(written.encode()).event == event


@pytest.mark.parametrize(
    "name",
    ["x\nFatal Python error: forged", f"x\n{FAILED}OPENSSL_internal:HTTP_REQUEST: y", "x\nF1129 "],
)
def test_a_line_break_in_a_clients_text_does_not_make_another_line(name):
    said = grpc_lines.read(f"E{SSL}3238] No match found for server name: {name}\n".encode())

    assert said.event == LogEvent.SERVER_NAME


def test_a_client_cannot_choose_the_cause_by_the_words_of_its_text():
    name = "Handshake failed with error OPENSSL_internal:HTTP_REQUEST: x"
    said = grpc_lines.read(f"E{SSL}3238] No match found for server name: {name}\n".encode())

    assert said == Notice(LogEvent.SERVER_NAME, logging.INFO)
