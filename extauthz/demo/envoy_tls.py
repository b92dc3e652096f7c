"""Envoy's TLS contexts as istiod makes them, and a helper that wraps extensions.

Certificates are static files here. istiod names secrets instead, which its agent serves by SDS. A
throwaway certificate outlives the laboratory, so rotation would prove nothing, and files have one
part less that can fail.
"""

from pathlib import Path
from typing import Final

import betterproto2
from envoy_data_plane.envoy.config.core.v3 import DataSource, TransportSocket
from envoy_data_plane.envoy.extensions.transport_sockets.raw_buffer.v3 import RawBuffer
from envoy_data_plane.envoy.extensions.transport_sockets.tls.v3 import (
    CertificateValidationContext,
    CommonTlsContext,
    DownstreamTlsContext,
    SubjectAltNameMatcher,
    SubjectAltNameMatcherSanType,
    TlsCertificate,
    TlsParameters,
    TlsParametersTlsProtocol,
    UpstreamTlsContext,
)
from envoy_data_plane.envoy.type.matcher.v3 import StringMatcher
from envoy_data_plane.google.protobuf import Any

from extauthz.demo.topology import TRUST_DOMAIN, CertificateFiles, Workload

# Istio's cipher suites for TLS 1.2 on a mesh listener
_CIPHERS: Final = (
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "AES256-GCM-SHA384",
    "AES128-GCM-SHA256",
)


def packed(message: betterproto2.Message) -> Any:
    """Return an extension's configuration as the typed Any that Envoy expects."""
    return Any.pack(message)


def mutual_tls_server(files: CertificateFiles) -> TransportSocket:
    """Return a server context that accepts only peers with a certificate of the trust domain."""
    context = DownstreamTlsContext(
        common_tls_context=_common(
            files,
            trusted=StringMatcher(prefix=f"spiffe://{TRUST_DOMAIN}/"),
            alpn=["h2", "http/1.1"],
            ciphers=list(_CIPHERS),
        ),
        require_client_certificate=True,
    )
    return TransportSocket(name="envoy.transport_sockets.tls", typed_config=packed(context))


def mutual_tls_client(
    files: CertificateFiles, peer: Workload, *, sni: str, alpn: list[str]
) -> TransportSocket:
    """Return a client context that presents `files` and accepts only the peer's service account."""
    context = UpstreamTlsContext(
        common_tls_context=_common(
            files, trusted=StringMatcher(exact=peer.spiffe), alpn=alpn, ciphers=[]
        ),
        sni=sni,
    )
    return TransportSocket(name="envoy.transport_sockets.tls", typed_config=packed(context))


def plaintext() -> TransportSocket:
    """Return a transport without TLS."""
    return TransportSocket(
        name="envoy.transport_sockets.raw_buffer", typed_config=packed(RawBuffer())
    )


def _common(
    files: CertificateFiles, *, trusted: StringMatcher, alpn: list[str], ciphers: list[str]
) -> CommonTlsContext:
    return CommonTlsContext(
        tls_params=TlsParameters(
            tls_minimum_protocol_version=TlsParametersTlsProtocol.TLSv1_2,
            tls_maximum_protocol_version=TlsParametersTlsProtocol.TLSv1_3,
            cipher_suites=ciphers,
        ),
        alpn_protocols=alpn,
        tls_certificates=[
            TlsCertificate(certificate_chain=_file(files.certificate), private_key=_file(files.key))
        ],
        validation_context=CertificateValidationContext(
            trusted_ca=_file(files.authority),
            match_typed_subject_alt_names=[
                SubjectAltNameMatcher(san_type=SubjectAltNameMatcherSanType.URI, matcher=trusted)
            ],
        ),
    )


def _file(path: Path) -> DataSource:
    return DataSource(filename=str(path))
