"""One connection to MongoDB, which is only asked to find."""

from collections.abc import Mapping
from typing import Any, Final

from bson.raw_bson import RawBSONDocument
from pymongo import MongoClient, ReadPreference

from atrest.manners import Manners
from atrest.readers import tls
from atrest.readers.address import Address
from atrest.readers.credentials import secret
from atrest.readers.libraries import silence
from atrest.readers.tls import SslMode
from atrest.source import ReadError, Reason
from atrest.spec import Spec

silence("pymongo")

_SECONDS: Final = 10
"""That a server may take until it is found."""


def address(spec: Spec, environ: Mapping[str, str]) -> Address:
    """Return the address that a spec and the environment name. Its database may be empty: all.

    Raises:
        ReadError: a file of credentials cannot be read, or `sslmode` is none of MongoDB's.
    """
    host = spec.host or "localhost"
    asked = spec.option("sslmode")
    if asked == SslMode.PREFER:
        raise ReadError(Reason.REFUSED, "MongoDB cannot prefer TLS; sslmode=require or disable")
    mode = tls.mode(asked, host)
    protected = tls.Tls(
        SslMode.DISABLE if mode is SslMode.PREFER else mode,
        spec.option("sslrootcert"),
        spec.option("sslcert"),
    )
    return Address(
        host,
        spec.port or 27017,
        spec.path.strip("/"),
        spec.user,
        secret(environ, "MONGODB_PASSWORD"),
        protected,
    )


def client(address: Address, spec: Spec, manners: Manners) -> MongoClient[RawBSONDocument]:
    """Return a client. It connects when it is first used.

    Raises:
        ReadError: a user without a password, or options that make no sense.
    """
    options: dict[str, Any] = {}
    if address.user:
        if address.password is None:
            raise ReadError(Reason.REFUSED, "no password; set MONGODB_PASSWORD")
        options |= {
            "username": address.user,
            "password": address.password,
            "authSource": spec.option("authSource", "admin"),
        }
    if spec.option("replicaSet"):
        options["replicaSet"] = spec.option("replicaSet")
    return MongoClient(
        address.host,
        address.port,
        document_class=RawBSONDocument,
        connect=False,
        appname="phiguard",
        maxPoolSize=1,
        serverMonitoringMode="poll",
        serverSelectionTimeoutMS=_SECONDS * 1000,
        socketTimeoutMS=(manners.statement_seconds + _SECONDS) * 1000,
        read_preference=ReadPreference.SECONDARY_PREFERRED,
        retryReads=False,
        **_tls(address.tls),
        **options,
    )


def _tls(asked: tls.Tls) -> dict[str, Any]:
    if asked.mode is SslMode.DISABLE:
        return {}
    asked.context()  # says which file cannot be read
    found: dict[str, Any] = {
        "tls": True,
        "tlsAllowInvalidCertificates": asked.mode is SslMode.REQUIRE,
        "tlsAllowInvalidHostnames": asked.mode is not SslMode.VERIFY_FULL,
    }
    if asked.ca:
        found["tlsCAFile"] = asked.ca
    if asked.certificate:
        found["tlsCertificateKeyFile"] = asked.certificate
    return found
