"""Files recognised by their first bytes are a gap that says why."""

import pytest

import phiscan
from phiscan.finding import Gap, Verdict
from phiscan.readers import magic

PGP_PUBLIC_KEY_SESSION = b"\x85\x01\x0c\x03" + bytes(range(1, 9)) + b"\x01" + bytes(255)


@pytest.mark.parametrize(
    "data",
    [
        b"Rar!\x1a\x07\x01\x00",
        b"7z\xbc\xaf\x27\x1c\x00\x04",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00",
        b"BM\x36\x00\x0c\x00\x00\x00",
        b"\x00\x00\x00\x18ftypmp42",
        b"SQLite format 3\x00",
    ],
)
def test_a_binary_file_is_unsupported_whatever_its_label(data):
    for content_type in ("", "text/plain", "application/json"):
        assert phiscan.scan(data, content_type=content_type).gap in (
            Gap.UNSUPPORTED_MEDIA,
            Gap.MALFORMED,
        )
    assert phiscan.scan(data).gap is Gap.UNSUPPORTED_MEDIA


@pytest.mark.parametrize(
    "text", [b"BMI: 31.2\n", b"ID3 tag\n", b"ORCHARD street\n", b"RIFF raff\n"]
)
def test_words_that_begin_like_magic_are_text(text):
    assert phiscan.scan(text).media == "text"


@pytest.mark.parametrize(
    "data",
    [
        b"-----BEGIN PGP MESSAGE-----\n\nhQEMA7m3v0cAAAAAAQf9\n-----END PGP MESSAGE-----\n",
        b"-----BEGIN AGE ENCRYPTED FILE-----\nYWdlLWVuY3J5cHRpb24ub3JnL3Yx\n-----END AGE ENCRYPTED FILE-----\n",
        b"age-encryption.org/v1\n-> X25519 TEiF0ypqr\n",
        PGP_PUBLIC_KEY_SESSION,
        b"0\x82\x01\x00\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03\xa0\x81\xf0" + bytes(240),
        b"PK\x03\x04\x14\x00\x01\x00\x08\x00" + bytes(40),  # general purpose bit 0
        b"eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.OKOawDo13gRp2ojaHV7LFpZcgV7T6DVZKTyKOMTYUmKoTCVJRgckCL9kiMT03JGe.48V1_ALb6US04U3b.5eym8TW_c8SuK0ltJ3rpYIzOeDQz7TALvtu6UG9oMo4vpzs9tX_EFShS8iB7j6ji.XFBoMYUZodetZdvTiFvSkQ",
        b'{"protected": "eyJhbGci", "encrypted_key": "UGhI", "iv": "AxY8", "ciphertext": "KDlTtXchhZTGufMYmOYGS4HffxPSUrfmqCHXaI9wOGY", "tag": "Mz-V"}',
    ],
)
def test_what_is_encrypted_is_a_gap_of_its_own(data):
    report = phiscan.scan(data)
    assert (report.gap, report.verdict) == (Gap.ENCRYPTED, Verdict.NONE)


@pytest.mark.parametrize(
    "data",
    [
        b"-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQ\n-----END PUBLIC KEY-----\n",
        b"PK\x03\x04\x14\x00\x00\x00\x08\x00" + bytes(40),
        # signed, not encrypted
        b"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
        b"",
        b"\x85",
    ],
)
def test_what_is_not_encrypted_is_not_called_so(data):
    assert not magic.encrypted(data)


@pytest.mark.parametrize("content_type", ["application/jose", "application/pgp-encrypted"])
def test_a_type_that_says_encrypted_is_believed(content_type):
    assert phiscan.scan(b"whatever", content_type=content_type).gap is Gap.ENCRYPTED


def test_an_office_file_with_a_password_says_so():
    name = "EncryptedPackage".encode("utf-16-le")
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + name + bytes(400)
    assert phiscan.scan(data).gap is Gap.ENCRYPTED


@pytest.mark.parametrize("length", range(1, 16))
def test_a_short_message_of_any_first_byte_is_judged(length):
    for first in range(0x80, 0x100):
        for size in (0, 0xFF):  # of one byte, of two
            magic.encrypted((bytes((first, size)) + bytes((3,)) * 14)[:length])
