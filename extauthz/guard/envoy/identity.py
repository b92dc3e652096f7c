"""Identities and names that reach us as text, let in only in their proper form.

Whatever is not of that form becomes empty, which the policy treats as unknown. So no other text can travel through an
identity into a span or the ledger.
"""

import re
from typing import Any, Final

from mesh.istio.metadata import CLAIMS, HEADERS
from mesh.message import addresses
from mesh.message.facts import Claims
from mesh.message.identity import is_principal, principal_of

_SCHEME: Final = "spiffe://"
# matches `billing.finance.svc.cluster.local`, `*.example.com` (a ServiceEntry); not `10.0.0.7`, `a
# b`, `x..y`
_HOST: Final = re.compile(
    r"(?=.{1,253}$)(?:\*\.)?[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*"
)


def principal(uri: str) -> str:
    """Return the principal of a SPIFFE URI. A name without the scheme (a DNS name of a certificate)
    is none."""
    return principal_of(uri) if uri.startswith(_SCHEME) else ""


def receiver(uri: str, caller: str) -> str:
    """Return who receives: the SPIFFE URI of the connection's local certificate, else the proxy
    that asks us.

    A connection without TLS has no local certificate. The receiver's own proxy asks on it, and has
    proven to us who it is; a caller without a principal stays a stranger."""
    return principal(uri) or (caller if is_principal(caller) else "")


def host(name: str) -> str:
    """Return an Istio service host, empty when it has no such form. An address is not one."""
    return name if _HOST.fullmatch(name) and not name.replace(".", "").isdigit() else ""


def address(text: str) -> str:
    """Return the address of `10.0.0.7:443`, `[2001:db8::7]:443` or an address alone; empty when it
    is none."""
    bare = text if addresses.parse(text) else text.rpartition(":")[0].strip("[]")
    return bare if addresses.parse(bare) else ""


def claims(metadata: Any) -> Claims | None:  # noqa: ANN401 - protobuf makes this class at run time
    """Return the claims of the one JWT that Envoy verified; None when it tells of none, or of
    several.

    Istio has the filter put them under `payload`; elsewhere the provider's configuration names the
    key. Claims that are no text, or lists of it, can be held against no rule and are left out.

    Args:
        metadata: `filter_metadata` of a check or of a processing request. A header never comes this
            way.
    """
    if CLAIMS not in metadata:
        return None
    payloads = [
        value.struct_value
        for value in metadata[CLAIMS].fields.values()
        if value.HasField("struct_value")
    ]
    if len(payloads) != 1:
        return None
    found = ((name, _texts(value)) for name, value in sorted(payloads[0].fields.items()))
    return tuple((name, values) for name, values in found if values)


def vouched_headers(metadata: Any) -> Claims | None:  # noqa: ANN401 - protobuf makes this class at run time
    """Return the request headers that Envoy's `header_to_metadata` filter has written down; None
    when it wrote none.

    Args:
        metadata: as of `claims`.
    """
    if HEADERS not in metadata:
        return None
    found = ((name, _texts(value)) for name, value in sorted(metadata[HEADERS].fields.items()))
    return tuple((name, values) for name, values in found if values)


def _texts(value: Any) -> frozenset[str]:  # noqa: ANN401 - as above
    items = value.list_value.values if value.HasField("list_value") else (value,)
    return frozenset(item.string_value for item in items if item.HasField("string_value"))
