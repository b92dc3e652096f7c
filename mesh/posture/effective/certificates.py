"""The certificates of a proxy, from its dump or from `/certs`, and whether they hold now.

A dump holds the chains that came by SDS; Envoy leaves the keys out. Certificates in files are in
`/certs` only, which does not say who signed them.
"""

import binascii
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from mesh.posture.effective.finding import Finding, down, unknown
from mesh.posture.effective.tree import Tree, UnreadableError, shown, text, tree, trees
from mesh.posture.encryption import Certificate
from mesh.posture.x509 import X509, CertificateError
from mesh.posture.x509 import read as read_chain

_SCHEME: Final = "spiffe://"
_SKEW: Final = 60.0
"""Seconds by which the clocks of a cluster may differ."""


def of_secrets(secrets: list[Tree], source: str) -> list[Certificate]:
    """The certificates of `SecretsConfigDump`.

    Raises:
        UnreadableError: a secret has another shape, or a certificate cannot be read.
    """
    return [each for entry in secrets for each in _of_secret(tree(entry, "secret"), source)]


def _of_secret(secret: Tree, source: str) -> Iterator[Certificate]:
    own = tree(tree(secret, "tls_certificate"), "certificate_chain")
    authority = tree(tree(secret, "validation_context"), "trusted_ca")
    try:
        for place, is_authority in ((own, False), (authority, True)):
            for number, each in enumerate(read_chain(_pem(place))):
                # behind the first one of a chain stand those who signed it
                yield _certificate(each, is_authority or number > 0, source)
    except (CertificateError, binascii.Error):
        name = shown(text(secret, "name"))
        raise UnreadableError(f"a certificate of secret `{name}` cannot be read") from None


def _pem(place: Tree) -> bytes:
    if "inline_string" in place:
        return text(place, "inline_string").encode("utf-8", "replace")
    return binascii.a2b_base64(text(place, "inline_bytes").encode("ascii", "replace"))


def _certificate(found: X509, is_authority: bool, source: str) -> Certificate:
    names = (each.removeprefix(_SCHEME) for each in found.uris if each.startswith(_SCHEME))
    principal = shown(next(names, ""))
    return Certificate(
        principal, shown(found.issuer), found.since, found.until, is_authority, source
    )


def of_admin(certs: Tree, source: str) -> list[Certificate]:
    """The certificates of `/certs`.

    Raises:
        UnreadableError: it has another shape.
    """
    found = [
        _listed(each, key == "ca_cert", source)
        for entry in trees(certs, "certificates")
        for key in ("cert_chain", "ca_cert")
        for each in trees(entry, key)
    ]
    return list(dict.fromkeys(found))  # one for each use of it


def _listed(entry: Tree, is_authority: bool, source: str) -> Certificate:
    uris = [text(each, "uri") for each in trees(entry, "subject_alt_names")]
    names = (each.removeprefix(_SCHEME) for each in uris if each.startswith(_SCHEME))
    since, until = (_moment(entry, key) for key in ("valid_from", "expiration_time"))
    return Certificate(shown(next(names, "")), "", since, until, is_authority, source)


def _moment(entry: Tree, key: str) -> float | None:
    given = text(entry, key)
    try:
        return datetime.fromisoformat(given).timestamp() if given else None
    except (ValueError, OverflowError):
        raise UnreadableError(f"`{key}` is no time") from None


def faults(found: Iterable[Certificate], at: float | None) -> Iterator[Finding]:
    """Findings where a certificate of the mesh does not hold at the time of the dump."""
    if at is None:
        return
    for each in found:
        if not each.principal or each.is_authority:
            continue
        if each.until is not None and each.until < at:
            said = f"the certificate of {each.principal} has expired"
            yield down("certificate-expired", said, "look why istiod does not renew it")
        elif each.since is not None and each.since > at + _SKEW:
            said = f"the certificate of {each.principal} is not valid yet: clocks differ"
            yield unknown("certificate-early", said)
