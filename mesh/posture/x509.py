"""What a certificate says of itself: for whom, by whom, from when until when.

It reads DER, as far as those fields need it, and verifies no signature: the proxy that holds the
certificate has done that. Source: RFC 5280, section 4.1.
"""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

_PEM: Final = re.compile(
    rb"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]{1,100000})-----END CERTIFICATE-----"
)
_SEQUENCE, _SET, _OBJECT, _OCTETS = 0x30, 0x31, 0x06, 0x04
_VERSION, _EXTENSIONS, _URI = 0xA0, 0xA3, 0x86
_SHORT_TIME, _LONG_TIME = 0x17, 0x18  # 261130144135Z, 20561130144135Z
_FIRST_OF_19: Final = "50"
_NAMES: Final = {b"\x55\x04\x0a": "O", b"\x55\x04\x03": "CN", b"\x55\x04\x0b": "OU"}
_ALTERNATIVE: Final = b"\x55\x1d\x11"
_LONG: Final = 0x80
_LENGTH_BYTES: Final = 4


class CertificateError(ValueError):
    """Bytes are no certificate."""


@dataclass(frozen=True, slots=True)
class X509:
    """The fields of one certificate.

    Args:
        uris: alternative names that are URIs: `spiffe://cluster.local/ns/clinic/sa/ehr`.
        issuer: `O=cluster.local,CN=...`; empty when it has no name.
        since: from when it is valid, in Unix seconds.
        until: when it ends, in Unix seconds.
    """

    uris: tuple[str, ...]
    issuer: str
    since: float
    until: float


def read(pem: bytes) -> list[X509]:
    """The certificates of a chain in PEM, in their order.

    Raises:
        CertificateError: one of them cannot be read.
    """
    try:
        return [_read(binascii.a2b_base64(body)) for body in _PEM.findall(pem)]
    except (ValueError, IndexError):
        raise CertificateError("a certificate cannot be read") from None


def _read(der: bytes) -> X509:
    certificate = _first(_elements(der), _SEQUENCE)
    to_be_signed = _first(_inner(certificate), _SEQUENCE)
    fields = list(_elements(_content(to_be_signed, _SEQUENCE)))
    if fields[0][0] == _VERSION:
        del fields[0]
    _, _, issuer, validity = fields[:4]  # a serial number and an algorithm come first
    since, until = (_time(*each) for each in _elements(_content(validity, _SEQUENCE)))
    extensions = next((content for tag, content in fields if tag == _EXTENSIONS), b"")
    return X509(tuple(_uris(extensions)), ",".join(_named(issuer)), since, until)


_Element = tuple[int, bytes]


def _elements(content: bytes) -> Iterator[_Element]:
    """Tag and content of each element."""
    at = 0
    while at < len(content):
        tag, length = content[at], content[at + 1]
        at += 2
        if length >= _LONG:
            size = length - _LONG
            if not 0 < size <= _LENGTH_BYTES:
                raise CertificateError("a length is not known")
            length = int.from_bytes(content[at : at + size], "big")
            at += size
        if at + length > len(content):
            raise CertificateError("an element is cut off")
        yield tag, content[at : at + length]
        at += length


def _first(elements: Iterator[_Element], tag: int) -> _Element:
    """The first element of a type."""
    for each in elements:
        if each[0] == tag:
            return each
    raise CertificateError("an element is missing")


def _content(element: _Element, tag: int) -> bytes:
    if element[0] != tag:
        raise CertificateError("an element is of another type")
    return element[1]


def _inner(element: _Element) -> Iterator[_Element]:
    return _elements(_content(element, _SEQUENCE))


def _time(tag: int, content: bytes) -> float:
    digits = content.decode("ascii")
    if tag == _SHORT_TIME:
        digits = ("20" if digits[:2] < _FIRST_OF_19 else "19") + digits
    elif tag != _LONG_TIME:
        raise CertificateError("a time is of another type")
    return datetime.fromisoformat(f"{digits[:8]}T{digits[8:]}").timestamp()


def _named(name: _Element) -> Iterator[str]:
    for part in _elements(_content(name, _SEQUENCE)):
        for attribute in _elements(_content(part, _SET)):
            kind, value = _inner(attribute)
            if label := _NAMES.get(_content(kind, _OBJECT)):
                yield f"{label}={value[1].decode('utf-8', 'replace')}"


def _uris(extensions: bytes) -> Iterator[str]:
    for group in _elements(extensions):
        for extension in _inner(group):
            kind, *rest = _inner(extension)
            if kind[1] == _ALTERNATIVE:
                names = _content(_first(iter(rest), _OCTETS), _OCTETS)
                for tag, value in _inner(_first(_elements(names), _SEQUENCE)):
                    if tag == _URI:
                        yield value.decode("ascii", "replace")
