"""Which certificate a filter chain asks of a peer."""

from enum import Enum, auto
from typing import Final

from mesh.posture.effective.finding import Finding, down
from mesh.posture.effective.listener import Chain
from mesh.posture.effective.tree import Tree, UnreadableError, flag, kind, shown, text, tree

_TLS: Final = "envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext"
_QUIC: Final = "envoy.extensions.transport_sockets.quic.v3.QuicDownstreamTransport"
_RAW: Final = "envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer"
_SPIFFE: Final = "envoy.extensions.transport_sockets.tls.v3.SPIFFECertValidatorConfig"
_STRICT: Final = "set PeerAuthentication mtls.mode: STRICT"
_MUTUAL: Final = "set tls.mode: MUTUAL in the Gateway"
_VERIFIES: Final = ("", "VERIFY_TRUST_CHAIN", "0")


class Asks(Enum):
    """What a chain asks: nothing, TLS only, or a certificate of the mesh too."""

    NOTHING = auto()
    TLS = auto()
    CERTIFICATE = auto()


def asks(chain: Chain) -> Asks:
    """What a chain asks of its peers.

    Raises:
        UnreadableError: its transport is not known, or has another shape.
    """
    config = tree(tree(chain.config, "transport_socket"), "typed_config")
    found = kind(config)
    if "transport_socket" not in chain.config or found == _RAW:
        return Asks.NOTHING
    if found == _QUIC:
        config = tree(config, "downstream_tls_context")
    elif found != _TLS:
        raise UnreadableError(f"transport socket `{shown(found)}` is not known")
    if not flag(config, "require_client_certificate"):
        return Asks.TLS
    return Asks.CERTIFICATE if asks_authority(tree(config, "common_tls_context")) else Asks.TLS


def asks_authority(context: Tree) -> bool:
    """Whether the certificates of peers are verified against an authority.

    Args:
        context: Envoy's `CommonTlsContext`.

    Raises:
        UnreadableError: they are verified in a way that is not known.
    """
    if "combined_validation_context" in context:
        both = tree(context, "combined_validation_context")
        own = tree(both, "default_validation_context")
        discovered = tree(both, "validation_context_sds_secret_config")
    else:
        own = tree(context, "validation_context")
        discovered = tree(context, "validation_context_sds_secret_config")
    if text(own, "trust_chain_verification") not in _VERIFIES:
        return False
    custom = tree(tree(own, "custom_validator_config"), "typed_config")
    if custom and kind(custom) != _SPIFFE:
        raise UnreadableError(f"certificates are verified by `{shown(kind(custom))}`")
    return bool(discovered or custom or tree(own, "trusted_ca"))


def refuses_without_certificate(chain: Chain, is_gateway: bool) -> Finding | None:
    """Why peers without a certificate come in; None where they do not.

    Raises:
        UnreadableError: the transport is not known, or has another shape.
    """
    found = asks(chain)
    if found is Asks.CERTIFICATE:
        return None
    fix = _MUTUAL if is_gateway else _STRICT
    said = "takes plain text" if found is Asks.NOTHING else "takes TLS without a certificate"
    return down("plaintext-open", f"it {said}, so peers without a principal come in", fix)
