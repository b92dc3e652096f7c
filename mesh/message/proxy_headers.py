"""Headers in which proxies write about themselves, and what a client wrote there.

Clients can write there too, and some proxies keep what a client wrote. The scan leaves out what has
a proxy's form and reads the rest. Base64 is decoded first, so that it hides nothing.
"""

import re
from typing import Final
from urllib.parse import unquote

from phiscan.text.base64 import from_base64

_LEAST_TEXT: Final = 6
"""The least characters of a text in a certificate. Random bytes often look like shorter ones."""
# a certificate in PEM, percent-encoded; not a private key
_PEM: Final = (
    "-----BEGIN%20CERTIFICATE-----"
    "(?:[A-Za-z0-9/+=]|%0A|%2B|%2F|%3D)*"
    "-----END%20CERTIFICATE-----(?:%0A)?"
)
# the content of each certificate, or what is no certificate
_BASE64: Final = re.compile(
    "(?<=-----BEGIN%20CERTIFICATE-----)[A-Za-z0-9/+=%]*|^[A-Za-z0-9+/]{64,}={0,2}$"
)
# matches `Hash=` with 64 hex digits, `By=spiffe://cluster.local/ns/a/sa/b`; not `Subject="CN=Ana"`
_CERTIFICATES: Final = re.compile(
    "(?:By|URI)=spiffe://(?P<said>[a-z0-9._/-]{1,512})"
    "|Hash=[0-9a-f]{64}"
    '|Subject=""'
    f'|(?:Cert|Chain)="(?P<encoded>(?:{_PEM})*)"'
)
# The usual form of a whole value, of which nothing is left: a number of three digits or more could
# tell something, so it is left to the others.
# matches `By=spiffe://cluster.local/ns/a2/sa/b;Hash=` with 64 hex digits; not `By=spiffe://a/123`
_PLAIN_CERTIFICATES: Final = re.compile(
    r"(?:(?:(?:By|URI)=spiffe://(?:[a-z._/-]|\d{1,2}(?!\d))+|Hash=[0-9a-f]{64}|Subject=\"\")"
    r"(?:[;, ]+|$))+",
    re.ASCII,
)
_LONGEST_PLAIN: Final = 512
# base64 of a protobuf Struct; matches 64 letters; not 63
_STRUCTS: Final = re.compile(r"(?P<encoded>[A-Za-z0-9+/]{64,}={0,2})")
# matches `sidecar~10.44.1.17~ehr-7d9.clinic~clinic.svc.cluster.local`; not `sidecar~Ana`
_NODES: Final = re.compile(r"(?P<said>[a-z]+~[0-9a-f.:]*~[a-z0-9.-]*~[a-z0-9.-]*)")
_CLIENT_CERTIFICATE: Final = "x-forwarded-client-cert"
_FORMS: Final = {
    _CLIENT_CERTIFICATE: _CERTIFICATES,
    "x-envoy-peer-metadata": _STRUCTS,
    "x-envoy-peer-metadata-id": _NODES,
}
NAMES: Final = frozenset(_FORMS)
"""The headers that `beside` knows."""
# between elements; matches `;` and `, `; not `a`
_LISTED: Final = re.compile(r"[;, ]*")
_STRUCT: Final = b"\n"
"""The first byte of a protobuf Struct: the key of its field 1."""
_SEQUENCE: Final = b"0"
"""The first byte of a certificate: the tag of a SEQUENCE in DER."""
# matches b"Ana Ruiz"; not b"\x1a\x05Ana"
_TEXT: Final = re.compile(rb"[\x20-\x7e]{%d,}" % _LEAST_TEXT)
# What proxies write of themselves is in one word, and its numbers are short.
# matches `Ana Ruiz`, `541-27-8860`, `5530917`; not `ehr-7d9.clinic`, `10.44.1.17`
_TELLING: Final = re.compile(r"[\s,;=]|\d{6}|\d{3}-\d{2}-\d{4}", re.ASCII)
# an address of IPv4 and a certificate's time; matches `10.44.1.17`, `260311093000Z`; not `1.30.3`
_OWN: Final = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b|\b(?:20)?\d{12}Z", re.ASCII)


def beside(name: str, value: str) -> str:
    """The value without what a proxy writes of itself; empty when nothing is left.

    Args:
        name: one of `NAMES`.
        value: as received.
    """
    if name == _CLIENT_CERTIFICATE and _is_plain(value):
        return ""
    rest = _FORMS[name].sub(_said, value)
    return "" if _LISTED.fullmatch(rest) else rest


def _is_plain(value: str) -> bool:
    """Whether a whole value has the usual form, of which `beside` leaves nothing."""
    return len(value) <= _LONGEST_PLAIN and _PLAIN_CERTIFICATES.fullmatch(value) is not None


def _said(element: re.Match[str]) -> str:
    """What an element says beside a proxy's name and address."""
    if element.lastgroup is None:
        return ""
    texts = [element[element.lastgroup]]
    if element.lastgroup == "encoded":
        texts = [text for letters in _BASE64.findall(texts[0]) for text in _texts(letters)]
    return "; ".join([text for text in texts if _TELLING.search(_OWN.sub("", text))])


def _texts(letters: str) -> list[str]:
    """The texts in base64 of a certificate or a Struct. Other base64 is left for the scan."""
    letters = unquote(letters).replace("\n", "")
    data = from_base64(letters.encode())
    if data is None or not data.startswith((_STRUCT, _SEQUENCE)):
        return [f"{letters} "] if letters else []
    return [text.decode() for text in _TEXT.findall(data)]
