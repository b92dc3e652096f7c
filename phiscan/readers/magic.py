"""Recognises encrypted files and other unreadable files by their first bytes.

Such a file is a gap. This module only finds out which gap.
"""

import re
from typing import Final

from phiscan.evidence import Evidence
from phiscan.finding import Gap
from phiscan.media_kind import BINARY, MediaKind, Sample

_MAGICS: Final = (
    b"%PDF-", b"PK\x03\x04", b"PK\x05\x06", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a",
    b"GIF89a", b"II*\x00", b"MM\x00*", b"BM", b"RIFF", b"OggS", b"ID3", b"fLaC",
    b"\x1aE\xdf\xa3", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"7z\xbc\xaf\x27\x1c",
    b"Rar!\x1a\x07", b"BZh", b"\xfd7zXZ\x00", b"\x04\x22\x4d\x18", b"SQLite format 3\x00",
    b"PAR1", b"Obj\x01", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\x00\x00\x01\x00", b"wOFF",
    b"wOF2", b"\x00asm", b"\x89HDF\r\n\x1a\n", b"ORC", b"n+1\x00", b"\x1f\x9d", b"\x1f\x8b",
    b"\x28\xb5\x2f\xfd", *(bytes((first,)) + b"\x2a\x4d\x18" for first in range(0x50, 0x60)),
    b"\xff\xa0", b"CDF\x01", b"8BPS", b"\xfe\xff\x00\x00\x00",
    b"%!PS-Adobe",
)  # fmt: skip
"""Magic numbers of PDF, ZIP and OOXML, images, audio, video, archives, databases, columnar files,
fonts and programs."""
_SHORT: Final = (b"BM", b"ID3", b"BZh", b"ORC", b"RIFF", b"PAR1", b"OggS")
"""Magic numbers that words begin with too (`BMI`, `ORCHARD`).

They count only if the first 64 bytes have a byte that text does not have.
"""
# The beginning of an encrypted message in ASCII armor (RFC 9580 section 6.2, RFC 7468).
# matches b"-----BEGIN PGP MESSAGE-----" and a line; not b"-----BEGIN PGP SIGNATURE-----" and a line
ARMOR: Final = re.compile(
    rb"-----BEGIN (?:PGP MESSAGE|AGE ENCRYPTED FILE|PKCS7|CMS|ENCRYPTED MESSAGE)-----"
    rb"(?:\r?\n|\\r\\n|\\n)[^\"]{16}"
)
_AGE: Final = b"age-encryption.org/v1\n"
_CMS_ENVELOPES: Final = (
    b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03",  # envelopedData, RFC 5652 section 6
    b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x06",  # encryptedData, section 8
    b"\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x17",  # authEnvelopedData, RFC 5083
)
# JWE in compact form (RFC 7516 section 3.1): five base64url parts, of which the first is JSON.
# matches b"eyJhbGciOiJSU0Ei.key_.nonc.text.authtag_"; not b"eyJhbGciOiJSU0Ei.body.signature", a JWS
_JWE: Final = re.compile(rb"\s*\"?eyJ[\w-]{10,}\.[\w-]*\.[\w-]{4,}\.[\w-]+\.[\w-]{8,}\"?\s*")
# JWE in JSON form (RFC 7516 section 7.2).
# matches b'{"ciphertext": "KDlT"'; not b'{"ciphertext": ""'
_JWE_JSON: Final = re.compile(rb'\s*\{[\s\S]{0,4096}?"ciphertext"\s*:\s*"[\w-]+"')
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE: Final = "EncryptedPackage".encode("utf-16-le")
"""The stream of an OLE file that holds an office file with a password (MS-OFFCRYPTO 2.3.4.4)."""
_FIRST: Final = frozenset((b"a", b"0", b"-", b"e", b'"'))
"""What texts begin with that are encrypted and no JSON, behind blanks."""
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0e-\x1a]")


def known(data: bytes) -> bool:
    """Whether the first bytes are those of a file that is not text."""
    if data.startswith(_MAGICS):
        return not data.startswith(_SHORT) or _CONTROL.search(data[:64]) is not None
    return data[4:8] == b"ftyp" or data[257:262] == b"ustar"


def encrypted(data: bytes, content_type: str = "") -> bool:
    """Whether the document is encrypted: OpenPGP, age, CMS, JWE or an office file."""
    declared = content_type.partition(";")[0].strip().lower()
    if declared in ("application/pgp-encrypted", "application/jose", "application/jwe"):
        return True
    begin = data[:8].lstrip()[:1]
    if begin in (b"{", b""):
        return (
            data.find(b'"ciphertext"', 0, 8192) >= 0
            and b'"encrypted_key"' in data
            and _JWE_JSON.match(data) is not None
        )
    if begin not in _FIRST and begin < b"\x80":
        return False  # nearly every text
    head = data[:64]
    if head.startswith(_AGE) or (
        head[:1] == b"\x30" and any(oid in head for oid in _CMS_ENVELOPES)
    ):
        return True
    if ARMOR.match(data) or (head.startswith(_OLE) and _ENCRYPTED_PACKAGE in data):
        return True
    return _pgp_packet(data) or (
        data[:8].lstrip()[:4] in (b"eyJ", b"eyJh", b"eyJl", b'"eyJ')
        and _JWE.fullmatch(data) is not None
    )


def _pgp_packet(data: bytes) -> bool:
    """Whether `data` begins like a binary OpenPGP message.

    It begins with a session key packet (RFC 9580 section 5): tag 1 or 3, then its version.
    """
    if len(data) < 13 or not data[0] & 0x80:  # a header of 3, and 10 more to look at
        return False
    new = data[0] & 0x40
    tag = data[0] & 0x3F if new else (data[0] >> 2) & 0x0F
    header = (2 if data[1] < 192 else 3) if new else {0: 2, 1: 3}.get(data[0] & 3, 0)
    if tag == 1:
        return header > 0 and data[header] in (3, 6) and data[header + 9] in (1, 2, 16, 18, 25, 26)
    return tag == 3 and header > 0 and data[header] in (4, 5, 6) and data[header + 1] in (7, 8, 9)


def read_encrypted(_: bytes, __: Evidence) -> Gap:
    """Return ENCRYPTED, because nothing can be read."""
    return Gap.ENCRYPTED


ENCRYPTED: Final = MediaKind("encrypted", read_encrypted, is_searchable=False)


def look_encrypted(sample: Sample) -> MediaKind | None:
    """ENCRYPTED if the document or its Content-Type says so."""
    return ENCRYPTED if encrypted(sample.data, sample.declared) else None


def look(sample: Sample) -> MediaKind | None:
    """BINARY if the document is a file that is not text."""
    return BINARY if known(sample.data) else None
