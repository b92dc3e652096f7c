"""How far the TLS of a connection is checked, in libpq's words, for every database.

A password and PHI go over this connection. So a server behind a network has to prove who it is
(`verify-full`) unless the spec says otherwise. Only on this machine is TLS a mere preference.
"""

import ipaddress
import ssl
from dataclasses import dataclass
from enum import StrEnum

from atrest.source import ReadError, Reason


class SslMode(StrEnum):
    """How far the TLS of a connection is checked."""

    DISABLE = "disable"
    PREFER = "prefer"
    """TLS when the server has it. Whoever sits between can prevent it."""
    REQUIRE = "require"
    """TLS, to whomever."""
    VERIFY_CA = "verify-ca"
    VERIFY_FULL = "verify-full"


@dataclass(frozen=True, slots=True)
class Tls:
    """How a connection is protected.

    Args:
        mode: how far it is checked.
        ca: file with the certificates that are trusted; empty: those of the system.
        certificate: file with the client's own, or empty.
        key: file with its key; empty: it stands in the same file.
    """

    mode: SslMode
    ca: str = ""
    certificate: str = ""
    key: str = ""

    def context(self) -> ssl.SSLContext | None:
        """Return how to speak TLS, or None for a connection without it.

        Raises:
            ReadError: a file cannot be read.
        """
        if self.mode is SslMode.DISABLE:
            return None
        try:
            context = trusting(self.ca)
            if self.certificate:
                context.load_cert_chain(self.certificate, self.key or None)
        except OSError as error:
            raise ReadError(Reason.REFUSED, f"TLS: {type(error).__name__}") from None
        context.check_hostname = self.mode is SslMode.VERIFY_FULL
        if self.mode in (SslMode.PREFER, SslMode.REQUIRE):
            context.verify_mode = ssl.CERT_NONE
        return context


def trusting(ca: str) -> ssl.SSLContext:
    """Return how to speak TLS with servers whose certificates these authorities signed.

    Chain, name and time are checked. That each certificate has all fields of RFC 5280, as Python
    3.13 asks for by default, is not: authorities of hospitals are older than that, and psql, curl
    and kubectl do not ask for it either.

    Args:
        ca: file with the certificates that are trusted; empty: those of the system.

    Raises:
        OSError: the file cannot be read.
    """
    context = ssl.create_default_context(cafile=ca or None)
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def mode(text: str, host: str) -> SslMode:
    """Return the mode that a spec or a variable names; without one, what is safe for the host.

    Raises:
        ReadError: there is no such mode.
    """
    if not text:
        return SslMode.PREFER if is_this_machine(host) else SslMode.VERIFY_FULL
    try:
        return SslMode(text)
    except ValueError:
        known = ", ".join(SslMode)
        raise ReadError(Reason.REFUSED, f"sslmode is one of {known}") from None


def is_this_machine(host: str) -> bool:
    """Whether a connection to this host leaves this machine. A socket's folder does not."""
    if not host or host == "localhost" or host.startswith("/"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
