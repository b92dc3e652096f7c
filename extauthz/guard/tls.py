"""The listener's certificate, read again when its files change.

istiod rotates workload certificates every few hours.
"""

from typing import Any, Final

import grpc

from extauthz.listeners import Tls
from extauthz.records import logs
from extauthz.records.logs import LogEvent

_Files = tuple[bytes, bytes, bytes | None]


def credentials(tls: Tls) -> grpc.ServerCredentials:
    """Return server credentials for the files of `tls`.

    With `tls.ca`, a caller must show a certificate that this authority has issued.

    Raises:
        OSError: a file cannot be read.
    """
    first = _read(tls)
    # grpc-stubs does not know that the function may return None for "unchanged"
    reload: Any = _Reloader(tls, first)
    return grpc.dynamic_ssl_server_credentials(_configuration(first), reload, tls.ca is not None)


class _Reloader:
    """The callback that gRPC calls at each handshake, in its own thread. None means "unchanged"."""

    def __init__(self, tls: Tls, first: _Files) -> None:
        self._tls = tls
        self._seen = first

    def __call__(self) -> grpc.ServerCertificateConfiguration | None:
        try:
            found = _read(self._tls)
        except OSError as error:  # a rotation may be under way; the next handshake tries again
            logs.error(LogEvent.CERTIFICATE_REFUSED, error)
            return None
        if found == self._seen:
            return None
        self._seen = found
        return _configuration(found)


def _read(tls: Tls) -> _Files:
    return tls.key.read_bytes(), tls.cert.read_bytes(), tls.ca.read_bytes() if tls.ca else None


def _configuration(files: _Files) -> grpc.ServerCertificateConfiguration:
    key, cert, ca = files
    return grpc.ssl_server_certificate_configuration([(key, cert)], ca)


__all__: Final = ["credentials"]
