"""When a certificate ends, in forms that `cryptography` makes."""

import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from certificates_of_tests import BEGAN, KEY, pem
from cryptography.hazmat.primitives import serialization
from hypothesis import given
from hypothesis import strategies as st

from extauthz.guard import certificate


# RFC 5280: UTCTime up to 2049, GeneralizedTime from 2050 on
@pytest.mark.parametrize("year", [2026, 2049, 2050, 9999])
def test_the_end_is_read_in_both_forms_of_a_time(year):
    until = datetime(year, 12, 31, 23, 59, 59, tzinfo=UTC)

    assert certificate.ends(pem(until)) == until


def test_of_a_chain_it_is_the_certificate_that_ends_first():
    soon, late = BEGAN + timedelta(days=1), BEGAN + timedelta(days=900)

    assert certificate.ends(pem(late) + "\n" + pem(soon) + pem(late, "x" * 60)) == soon


def test_a_private_key_beside_it_is_not_read():
    key = KEY.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
    assert certificate.ends(key + pem(BEGAN + timedelta(days=1))) == BEGAN + timedelta(days=1)

    with pytest.raises(ValueError, match="PEM"):
        certificate.ends(key)


CERTIFICATE = pem(BEGAN + timedelta(days=1)).splitlines()


@given(st.integers(1, len(CERTIFICATE) - 2), st.text("AMz9+/=\n", max_size=80))
def test_a_broken_certificate_raises_nothing_but_a_value_error(line, text):
    lines = [*CERTIFICATE[:line], text, *CERTIFICATE[line + 1 :]]
    with contextlib.suppress(ValueError):
        assert isinstance(certificate.ends("\n".join(lines)), datetime)


def test_a_certificate_that_is_cut_off_is_an_error():
    with pytest.raises(ValueError, match="asn1"):
        certificate.ends("\n".join([*CERTIFICATE[:2], CERTIFICATE[-1]]))
