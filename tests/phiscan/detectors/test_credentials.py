"""Credentials. Tokens are joined from parts, so that no scanner of this repository reports them."""

import base64

import pytest

from phiscan.detectors import credentials
from phiscan.finding import Subject

_BODY = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7\nVJTUt9Us8cKjMzEfYyji\n"
_PEM = "-----BEGIN " + "PRIVATE KEY-----\n" + _BODY + "-----END PRIVATE KEY-----"
_ENCRYPTED = (
    "-----BEGIN RSA "
    + "PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,E5A1\n\n"
    + _BODY
    + "-----END RSA PRIVATE KEY-----"
)


def _part(text):
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


_JWT = ".".join(
    (_part('{"alg":"HS256","typ":"JWT"}'), _part('{"sub":"1234567890"}'), "c2lnbmF0dXJl")
)
_GITHUB = "ghp_" + "a1B2c3D4e5F6" * 3
_BASIC = base64.b64encode(b"aladdin:opensesame").decode()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"key:\n{_PEM}\nend", [("ENCRYPTION_KEY", _PEM)]),
        (_ENCRYPTED, [("ENCRYPTION_KEY", _ENCRYPTED)]),
        (
            "aws_access_key_id = " + "AKIA" + "Q3EGRDEXAMPL2YZQ",
            [("AWS_CREDENTIALS", "AKIA" + "Q3EGRDEXAMPL2YZQ")],
        ),
        (
            "aws_secret_access_key = " + "wJalrXUtnFEMI/K7MDENG" + "/bPxRfiCYzz4b9kQ3a7",
            [("AWS_CREDENTIALS", "wJalrXUtnFEMI/K7MDENG" + "/bPxRfiCYzz4b9kQ3a7")],
        ),
        (
            "x=" + "AIza" + "SyB3c7d9f1h2j4k6m8n0p2q4r6s8t0v2w4x",
            [("GCP_API_KEY", "AIza" + "SyB3c7d9f1h2j4k6m8n0p2q4r6s8t0v2w4x")],
        ),
        (f"token {_JWT} end", [("JSON_WEB_TOKEN", _JWT)]),
        (f"remote https://{_GITHUB} x", [("AUTH_TOKEN", _GITHUB)]),
        (
            "Authorization: Bearer mF_9.B5f-4.1JqM8kk2LLa",
            [("AUTH_TOKEN", "mF_9.B5f-4.1JqM8kk2LLa")],
        ),
        (f"Authorization: Basic {_BASIC}", [("BASIC_AUTH_HEADER", _BASIC)]),
        ("password=hunter2!x", [("PASSWORD", "hunter2!x")]),
        ('{"clientSecret": "9f8e7d6c5b4a"}', [("PASSWORD", "9f8e7d6c5b4a")]),
        ("postgres://app:s3cr3t-w0rd@db/claims", [("PASSWORD", "s3cr3t-w0rd")]),
    ],
    ids=lambda v: v[:20] if isinstance(v, str) else "",
)
def test_finds_credentials(values, text, expected):
    assert values(credentials, text) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----", "a certificate is public"),
        (
            "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0B\n-----END PUBLIC KEY-----",
            "a public key is public",
        ),
        ("AKIAOKAY", "too short for a key id"),
        (
            "sha1 da39a3ee5e6b4b0d3255bfef95601890afd80709",
            "a digest has 40 letters too, and no label",
        ),
        ("eyJub2hlYWQiOjF9.eyJzdWIiOiIx.x", "the head names no algorithm"),
        ("the bearer of good news has come to stay", "words have no digits"),
        ("basic information", "decodes to no user name and password"),
        ("password: ${DB_PASSWORD}", "a template"),
        ('{"password": "string"}', "a schema"),
        ("password: XXXXXXXX", "masked"),
        ("password = os.environ", "an expression"),
        ("https://host:8443/@me", "a port and a path"),
    ],
)
def test_ignores(values, text, reason):
    assert values(credentials, text) == [], reason


def test_a_key_that_is_cut_off_is_found_too(values):
    assert [kind for kind, _ in values(credentials, _PEM[:80])] == ["ENCRYPTION_KEY"]


def test_credentials_are_about_nobody(found):
    assert {
        subject for *_, subject in found(credentials, f"patient password=hunter2!x {_JWT}")
    } == {Subject.NOBODY}
