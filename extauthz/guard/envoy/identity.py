"""Identities and names that come as text. Only their proper form is let in.

Any other text becomes empty, which the policy treats as unknown. So no free text can travel through
an identity into a span or the ledger.
"""

import re
from collections.abc import Iterable
from typing import Any, Final

from mesh.istio.metadata import CLAIMS, HEADERS
from mesh.message import addresses
from mesh.message.facts import Claims
from mesh.message.identity import is_principal, principal_of

_SCHEME: Final = "spiffe://"
_STRANGER: Final = "unknown"
_MOST_KNOWN: Final = 4096
_known: Final[dict[str, str]] = {}
"""Principals by their URI: of workloads, which are few and come with every message."""
# matches "billing.finance.svc.cluster.local" and "*.example.com" (a ServiceEntry); not "a b",
# "x..y". It matches "10.0.0.7" too, which `host` excludes.
_HOST: Final = re.compile(
    r"(?=.{1,253}$)(?:\*\.)?"
    r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"  # the first label
    r"(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*"  # further labels
)


def principal(uri: str) -> str:
    """Return the principal of a SPIFFE URI, or empty text for any other name.

    A certificate can hold a DNS name instead, which has no scheme.
    """
    known = _known.get(uri)
    if known is not None:
        return known
    found = principal_of(uri) if uri.startswith(_SCHEME) else ""
    if found:  # a text that names no workload is never kept
        if len(_known) >= _MOST_KNOWN:
            _known.clear()
        _known[uri] = found
    return found


def proven(uris: Iterable[str]) -> str:
    """Return the principal that a client's certificate proves.

    A certificate without exactly one SPIFFE URI of Istio's form gives `unknown`. That name matches
    no workload, so `decide` refuses what its client asks as forged.

    Args:
        uris: of the certificate.
    """
    found = [principal(uri) for uri in uris]
    return found[0] if len(found) == 1 and found[0] else _STRANGER


def receiver(uri: str, caller: str) -> str:
    """Return the principal of the receiver, or empty text when it is unknown.

    It is the SPIFFE URI of the connection's local certificate. A connection without TLS has none:
    the receiver's own proxy asks there, so its proven principal counts.

    Args:
        uri: of the local certificate, or empty text.
        caller: principal of the proxy that asks.
    """
    return principal(uri) or (caller if is_principal(caller) else "")


def host(name: str) -> str:
    """Return an Istio service host, or empty text when the form is wrong. An address is no host."""
    return name if _HOST.fullmatch(name) and not name.replace(".", "").isdigit() else ""


def address(text: str) -> str:
    """Return the IP address of `10.0.0.7:443`, `[2001:db8::7]:443` or a bare address.

    Any other text gives empty text.
    """
    if addresses.parse(text):
        return text
    bare = text.rpartition(":")[0].strip("[]")
    return bare if addresses.parse(bare) else ""


def claims(metadata: Any) -> Claims | None:  # noqa: ANN401 - protobuf makes this class at run time
    """Return the claims of the one JWT that Envoy verified, or None when there is none or several.

    Istio's filter writes them under `payload`; elsewhere the provider's configuration names the
    key. Only claims that are texts or lists of texts are kept: no rule can use others.

    Args:
        metadata: `filter_metadata` of a CheckRequest or a ProcessingRequest. Headers never reach
            it.
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
    """Return the request headers that Envoy's `header_to_metadata` filter wrote, or None.

    Args:
        metadata: as for `claims`.
    """
    if HEADERS not in metadata:
        return None
    found = ((name, _texts(value)) for name, value in sorted(metadata[HEADERS].fields.items()))
    return tuple((name, values) for name, values in found if values)


def _texts(value: Any) -> frozenset[str]:  # noqa: ANN401 - as above
    items = value.list_value.values if value.HasField("list_value") else (value,)
    return frozenset(item.string_value for item in items if item.HasField("string_value"))
