"""Identities and names that reach us as text, let in only in their proper form.

Whatever is not of that form becomes empty, which the policy treats as unknown. So no other text can travel through an
identity into a span or the ledger.
"""

import re
from typing import Final

from mesh.identity import is_principal, principal_of

_SCHEME: Final = "spiffe://"
# matches `billing.finance.svc.cluster.local`, `api.example.com`; not `10.0.0.7`, `a b`, `x..y`
_HOST: Final = re.compile(
    r"(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*"
)


def principal(uri: str) -> str:
    """Return the principal of a SPIFFE URI. A name without the scheme (a DNS name of a certificate) is none."""
    return principal_of(uri) if uri.startswith(_SCHEME) else ""


def receiver(uri: str, caller: str) -> str:
    """Return who receives: the SPIFFE URI of the connection's local certificate, else the proxy that asks us.

    A connection without TLS has no local certificate. The receiver's own proxy asks on it, and has proven to us who
    it is; a caller without a principal stays a stranger.
    """
    return principal(uri) or (caller if is_principal(caller) else "")


def host(name: str) -> str:
    """Return an Istio service host, empty when it has no such form. An address is not one."""
    return name if _HOST.fullmatch(name) and not name.replace(".", "").isdigit() else ""
