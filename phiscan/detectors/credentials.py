"""Credentials: private keys, cloud keys, access tokens, passwords.

They are about nobody, and the verdict ignores them. Issuers publish the prefixes of their tokens so
that scanners can find them.
"""

import base64
import binascii
import re

from phiscan.finding import Likelihood, Subject
from phiscan.patterns.detector import Context, Detector, words

_KEY = r"(?:RSA |EC |DSA |OPENSSH |ENCRYPTED |PGP )?PRIVATE KEY(?: BLOCK)?"
_LABEL = (
    r"(?:pass(?:word|wd|phrase)|pwd|client[_-]?secret|secret[_-]?key|api[_-]?key|access[_-]?token"
    r"|auth[_-]?token)"
)
# Between label and secret. matches '": "' and "="; not " is "
_ASSIGNED = r"[\"']?[ \t]{0,2}[:=][ \t]{0,2}[\"']?"
_WORD = r"[^\s\"'<>(){}\[\],;&]{6,}"
# Placeholders, templates and code. matches "${DB_PASSWORD}", "changeme"; not "changeme2"
_NO_SECRET = re.compile(
    r"\$|%|[*x.#-]+$"
    r"|(?:null|none|true|false|string|required|optional|changeme|example|redacted|secret|password"
    r"|your[_-].*|self\..*|os\..*|env\..*|process\..*|config\..*)$",
    re.IGNORECASE,
)


def _credential(
    name: str, info_type: str, pattern: str, bare: Likelihood, context: Context | None = None
) -> Detector:
    """A detector of a token with a fixed form. Case counts."""
    return Detector(
        name=name,
        info_type=info_type,
        pattern=pattern,
        bare=bare,
        context=context,
        subject=Subject.NOBODY,
        neighbours=False,
        caseless=False,
    )


def _decoded(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(
            text.replace("+", "-").replace("/", "_") + "=" * (-len(text) % 4)
        )
    except (binascii.Error, ValueError):
        return b""


def _signed(text: str) -> bool:
    """Whether the first part is a JSON object that names its algorithm, as RFC 7519 demands."""
    head = _decoded(text.partition(".")[0])
    return head.startswith(b"{") and b'"alg"' in head


def _basic(text: str) -> bool:
    """Whether the decoded text is a user name, a colon and a password (RFC 7617)."""
    plain = _decoded(text.rstrip("="))
    return b":" in plain and plain.isascii()


def _random(text: str) -> bool:
    """Whether the text is no placeholder, template or expression."""
    return _NO_SECRET.match(text) is None and len(set(text)) > 3


DETECTORS = (
    # A whole key, or the first line of a key that is cut off. "(?:[^-]|-[^-])" lets through the
    # headers of an encrypted key. matches "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIBkg0abc...";
    # not "-----BEGIN PUBLIC KEY-----"
    _credential(
        "private_key",
        "ENCRYPTION_KEY",
        (
            rf"-----BEGIN {_KEY}-----"
            rf"(?:(?:[^-]|-[^-])+-----END {_KEY}-----|\s{{0,4}}[A-Za-z0-9+/=]{{16,76}})"
        ),
        Likelihood.VERY_LIKELY,
    ),
    # matches AKIAIOSFODNN7EXAMPL2; not AKIAOKAY
    _credential(
        "aws_access_key",
        "AWS_CREDENTIALS",
        r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b",
        Likelihood.VERY_LIKELY,
    ),
    # 40 characters of base64 beside a label; not 39
    _credential(
        "aws_secret_key",
        "AWS_CREDENTIALS",
        r"\b[A-Za-z0-9/+]{40}\b",
        Likelihood.VERY_UNLIKELY,
        words(r"aws[_-]?secret(?:[_-]?access)?(?:[_-]?key)?", r"secret[_-]?access[_-]?key"),
    ),
    # matches "AIza" and 35 further characters; not "AIzaokay"
    _credential("gcp_api_key", "GCP_API_KEY", r"\bAIza[0-9A-Za-z_-]{35}\b", Likelihood.VERY_LIKELY),
    _credential(
        "azure_account_key",
        "AZURE_AUTH_TOKEN",
        # matches "AccountKey=", 86 characters of base64 and "=="; not "AccountKey=x"
        r"\bAccountKey=[A-Za-z0-9+/]{86}==",
        Likelihood.VERY_LIKELY,
    ),
    Detector(
        name="json_web_token",
        info_type="JSON_WEB_TOKEN",
        # matches "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0."; not "eyJhbGciOiJub25lIn0"
        pattern=r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*",
        validate=_signed,
        bare=Likelihood.VERY_LIKELY,
        subject=Subject.NOBODY,
        neighbours=False,
        caseless=False,
    ),
    _credential(
        "service_token",
        "AUTH_TOKEN",
        r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,}"  # GitHub; not "ghp_short"
        r"|glpat-[0-9A-Za-z_-]{20,}|xox[abeoprs]-[0-9A-Za-z-]{10,}"  # GitLab, Slack
        r"|[rs]k_live_[0-9A-Za-z]{20,}|npm_[A-Za-z0-9]{36}"  # Stripe, npm; not "sk_test_..."
        r"|pypi-AgE[0-9A-Za-z_-]{50,}"
        r"|SG\.[0-9A-Za-z_-]{22}\.[0-9A-Za-z_-]{43}|ya29\.[0-9A-Za-z_-]{20,})",  # SendGrid, Google
        Likelihood.VERY_LIKELY,
    ),
    Detector(
        name="bearer_token",
        info_type="AUTH_TOKEN",
        # matches "Bearer mF_9.B5f-4.1JqM8kk2LLa"; not "bearer of good news"
        pattern=r"\bbearer [a-z0-9._~+/-]{20,}={0,2}",
        value=re.compile(rb"bearer ([a-z0-9._~+/-]{20,}={0,2})", re.IGNORECASE),
        validate=lambda text: any(c.isdigit() for c in text),
        bare=Likelihood.LIKELY,
        subject=Subject.NOBODY,
        neighbours=False,
    ),
    Detector(
        name="basic_credentials",
        info_type="BASIC_AUTH_HEADER",
        # matches "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="; not "basic info"
        pattern=r"\bbasic [a-z0-9+/]{8,}={0,2}",
        value=re.compile(rb"basic ([a-z0-9+/]{8,}={0,2})", re.IGNORECASE),
        validate=_basic,
        bare=Likelihood.LIKELY,
        subject=Subject.NOBODY,
        neighbours=False,
    ),
    Detector(
        name="secret_labelled",
        info_type="PASSWORD",
        # matches password=hunter2!x and "apiKey": "9f8e7d6c5b4a"; the validator rejects
        # password: ${DB_PASSWORD} and "password": "string"
        pattern=rf"{_LABEL}{_ASSIGNED}{_WORD}",
        value=re.compile(rf"{_LABEL}{_ASSIGNED}({_WORD})".encode(), re.IGNORECASE),
        validate=_random,
        bare=Likelihood.LIKELY,
        subject=Subject.NOBODY,
        neighbours=False,
    ),
    Detector(
        name="password_of_url",
        info_type="PASSWORD",
        # matches postgres://app:s3cr3t-w0rd@ in a URL; not https://host:8443/@me
        pattern=r"\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@\"'<>]{1,64}:[^\s/:@\"'<>]{3,128}@",
        value=re.compile(rb"://[^\s/:@\"'<>]{1,64}:([^\s/:@\"'<>]{3,128})@"),
        validate=_random,
        bare=Likelihood.LIKELY,
        subject=Subject.NOBODY,
        neighbours=False,
    ),
)
