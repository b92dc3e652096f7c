"""Azure Blob Storage, with Microsoft's own library.

obstore was tried here, too. It ends a listing at a key such as `a//b`, and it tells neither the
access tier nor how a blob is encrypted.
"""

import os
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from azure.core import MatchConditions
from azure.core.credentials import AzureNamedKeyCredential, AzureSasCredential, TokenCredential
from azure.core.exceptions import AzureError
from azure.core.settings import settings
from azure.identity import DefaultAzureCredential
from azure.storage.blob import BlobProperties, ContainerClient, ExponentialRetry

from atrest.manners import Manners
from atrest.protection import Evidence, Shield
from atrest.readers.credentials import secret
from atrest.readers.libraries import silence
from atrest.readers.objects.azure_errors import read_error
from atrest.readers.objects.bucket import Listed, Piece, reached_by
from atrest.readers.objects.source import Objects
from atrest.source import ReadError, Reason
from atrest.spec import Spec

silence("azure", "msal", "urllib3")
settings.tracing_enabled = False  # a span would hold the blob's name

_SERVER_ENCRYPTED: Final = "x-ms-server-encrypted"
_CONNECT_SECONDS, _READ_SECONDS = 10, 60
_Credential = AzureNamedKeyCredential | AzureSasCredential | TokenCredential | None


class Azure:
    """One container.

    Args:
        client: of Microsoft's library.
        is_microsofts: whether the store is Microsoft's own, which always says whether a blob is
            encrypted.
    """

    def __init__(self, client: ContainerClient, *, is_microsofts: bool) -> None:
        self._client = client
        self._is_microsofts = is_microsofts

    def objects(self, prefix: str) -> Iterator[Listed]:
        """Yield the blobs whose names begin so. Raises ReadError."""
        try:
            for blob in self._client.list_blobs(name_starts_with=prefix or None):
                # a listing has the ETag without the quotes that a condition needs
                yield Listed(blob.name, blob.size, f'"{blob.etag}"')
        except AzureError as error:
            raise read_error(error) from None

    def piece(self, key: str, tag: str, start: int, end: int) -> Piece:
        """Return some bytes of a blob. Raises ReadError."""
        try:
            found = self._client.get_blob_client(key).download_blob(
                offset=start,
                length=end - start,
                etag=tag,
                match_condition=MatchConditions.IfNotModified,
            )
            data = found.readall()
        except AzureError as error:
            raise read_error(error) from None
        said = found.properties
        return Piece(
            data,
            said.content_settings.content_type or "",
            said.content_settings.content_encoding or "",
            (evidence_of(said, "GetBlob", is_microsofts=self._is_microsofts),),
        )

    def stored(self, key: str) -> tuple[Evidence, ...]:
        """Return how a blob is stored, as GetBlobProperties says."""
        try:
            found = self._client.get_blob_client(key).get_blob_properties()
        except AzureError:
            return ()
        asked = "GetBlobProperties"
        return (evidence_of(found, asked, is_microsofts=self._is_microsofts),)

    def connection(self) -> tuple[Evidence, ...]:
        """Return whether the store is reached by TLS."""
        return reached_by(self._client.url)

    def close(self) -> None:
        """End the connections."""
        self._client.close()


def evidence_of(found: BlobProperties, asked: str, *, is_microsofts: bool) -> Evidence:
    """Return what an answer on a blob says of its encryption.

    A store that is not Microsoft's own may lie on an encrypted disk, whatever it says.
    """
    if found.encryption_key_sha256:
        return Evidence(asked, "customer-provided key", Shield.UP)
    if found.encryption_scope:
        return Evidence(asked, "encryption scope", Shield.UP)
    return _of_server(found.server_encrypted, asked, is_microsofts=is_microsofts)


def _of_server(is_encrypted: bool | None, asked: str, *, is_microsofts: bool) -> Evidence:
    if is_encrypted is None:
        return Evidence(asked, f"no {_SERVER_ENCRYPTED}", Shield.UNKNOWN)
    if is_encrypted:
        return Evidence(asked, f"{_SERVER_ENCRYPTED}: true", Shield.UP)
    shield = Shield.DOWN if is_microsofts else Shield.UNKNOWN
    return Evidence(asked, f"{_SERVER_ENCRYPTED}: false", shield)


def open_source(spec: Spec, manners: Manners, environ: Mapping[str, str]) -> Objects:
    """Open a container.

    Options of the spec: `account`, or the `endpoint` of a store in another cloud, and
    `anonymous=yes` for a public container.

    Raises:
        ReadError: REFUSED when no account is named, or a credential would go without TLS.
    """
    address = _address(spec, environ)
    client = ContainerClient(
        address,
        spec.host,
        credential=_credential(spec, address, environ),
        retry_policy=ExponentialRetry(initial_backoff=1, increment_base=2, retry_total=3),
        connection_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
    )
    return Objects(spec, Azure(client, is_microsofts=_is_microsofts(address)), manners)


def _address(spec: Spec, environ: Mapping[str, str]) -> str:
    endpoint = spec.option("endpoint")
    if endpoint:
        return endpoint.rstrip("/")
    account = spec.option("account") or environ.get("AZURE_STORAGE_ACCOUNT", "")
    if not (account.isascii() and account.isalnum()):
        raise ReadError(Reason.REFUSED, "name the account: ?account= or AZURE_STORAGE_ACCOUNT")
    return f"https://{account}.blob.core.windows.net"


def _is_microsofts(address: str) -> bool:
    """Whether an address is one of Microsoft's clouds."""
    host = urlsplit(address).hostname or ""
    return host.endswith((".core.windows.net", ".core.chinacloudapi.cn", ".core.usgovcloudapi.net"))


def _credential(spec: Spec, address: str, environ: Mapping[str, str]) -> _Credential:
    """Return who asks: a key, a shared access signature, or an identity of Entra ID.

    A key only signs. The others are sent, so they need TLS.
    """
    if spec.option("anonymous") == "yes":
        return None
    key = secret(environ, "AZURE_STORAGE_KEY")
    if key:
        return AzureNamedKeyCredential(_account_of(address), key)
    if not address.startswith("https://"):
        raise ReadError(Reason.REFUSED, "only an account's key may be used without TLS")
    signature = secret(environ, "AZURE_STORAGE_SAS_TOKEN")
    if signature:
        return AzureSasCredential(signature.removeprefix("?"))
    return _identity(tuple(sorted(pair for pair in os.environ.items() if "AZURE_" in pair[0])))


def _account_of(address: str) -> str:
    """Return the account: the first name of the host, or of the path where that is an emulator."""
    url = urlsplit(address)
    return url.path.strip("/") or (url.hostname or "").partition(".")[0]


@lru_cache(maxsize=1)
def _identity(_: tuple[tuple[str, str], ...]) -> TokenCredential:
    """Return this process's identity with these variables. It keeps its token."""
    return DefaultAzureCredential()
