"""Google Cloud Storage, with Google's own library.

obstore was tried here, too. It ends a listing at a key such as `a//b`, and it does not tell how an
object is encrypted.
"""

import os
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlsplit

import google.auth
from google.auth.credentials import AnonymousCredentials
from google.cloud.storage import Blob, Bucket, Client, _opentelemetry_tracing
from google.cloud.storage.retry import DEFAULT_RETRY

from atrest.manners import Manners
from atrest.protection import Evidence, Shield
from atrest.readers.libraries import silence
from atrest.readers.objects.bucket import Listed, Piece, reached_by
from atrest.readers.objects.gcs_errors import ERRORS, read_error
from atrest.readers.objects.source import Objects
from atrest.source import ReadError, Reason
from atrest.spec import Spec

silence("google", "urllib3")
# A span would hold the key. For its sake the library also asks for the bucket, in a thread.
_opentelemetry_tracing.enable_otel_traces = False
os.environ["DISABLE_GCS_PYTHON_CLIENT_OTEL_BUCKET_METADATA"] = "true"

_ENDPOINT: Final = "https://storage.googleapis.com"
_SCOPES: Final = ("https://www.googleapis.com/auth/devstorage.read_only",)
_LISTED: Final = "items(name,size,generation),nextPageToken"
_ASKED: Final = "objects.get"
_LIMITS: Final[Mapping[str, Any]] = {
    "timeout": (10, 60),
    "retry": DEFAULT_RETRY.with_timeout(30),
}
"""Seconds to connect and to answer, and in which a request is made again."""


class Gcs:
    """One bucket.

    Args:
        bucket: of Google's library.
        address: of the store.
    """

    def __init__(self, bucket: Bucket, address: str) -> None:
        self._bucket = bucket
        self._address = address
        self._is_googles = _is_googles(address)
        self._described: tuple[str, str, Blob] | None = None

    def objects(self, prefix: str) -> Iterator[Listed]:
        """Yield the objects whose names begin so. Raises ReadError.

        Their tag is the generation: a new one with each new content.
        """
        try:
            for blob in self._bucket.list_blobs(prefix=prefix, fields=_LISTED, **_LIMITS):
                yield Listed(blob.name, blob.size, str(blob.generation))
        except ERRORS as error:
            raise read_error(error) from None

    def piece(self, key: str, tag: str, start: int, end: int) -> Piece:
        """Return some bytes of an object, packed as they lie. Raises ReadError.

        What the store says of an object it says in an answer of its own, so there is one more
        request for each object.
        """
        said = self._describe(key, tag)
        stored = evidence_of(said, is_googles=self._is_googles)
        try:
            data = Blob(key, self._bucket).download_as_bytes(
                start=start,
                end=end - 1,
                raw_download=True,
                if_generation_match=int(tag),
                checksum=None,
                **_LIMITS,
            )
        except ERRORS as error:
            # an object whose key only its owner has: the error alone says no more than 400
            is_owners = _has_owners_key(said)
            found = ReadError(Reason.ENCRYPTED, "CSEK") if is_owners else read_error(error)
            raise found from None
        return Piece(data, said.content_type or "", said.content_encoding or "", (stored,))

    def _describe(self, key: str, tag: str) -> Blob:
        """Return what the store says of an object, kept for its next ranges."""
        kept = self._described
        if kept is None or kept[:2] != (key, tag):
            try:
                found = self._bucket.get_blob(key, if_generation_match=int(tag), **_LIMITS)
            except ERRORS as error:
                raise read_error(error) from None
            if found is None:
                raise ReadError(Reason.GONE)
            if str(found.generation) != tag:  # a store that is not Google's may know no condition
                raise ReadError(Reason.CHANGED)
            self._described = kept = (key, tag, found)
        return kept[2]

    def stored(self, key: str) -> tuple[Evidence, ...]:
        """Return how an object is stored, as its description says."""
        try:
            found = self._bucket.get_blob(key, **_LIMITS)
        except ERRORS:
            found = None
        return () if found is None else (evidence_of(found, is_googles=self._is_googles),)

    def connection(self) -> tuple[Evidence, ...]:
        """Return whether the store is reached by TLS."""
        return reached_by(self._address)

    def close(self) -> None:
        """End the connections."""
        self._bucket.client.close()


def evidence_of(found: Blob, *, is_googles: bool) -> Evidence:
    """Return what is known of an object's encryption.

    Google's own store encrypts all objects, and names the key only where it is a customer's
    (cloud.google.com/storage/docs/encryption). Another store may lie on any disk.
    """
    if _has_owners_key(found):
        return Evidence(_ASKED, "customer-supplied key", Shield.UP)
    if found.kms_key_name:
        return Evidence(_ASKED, "kmsKeyName", Shield.UP)
    if is_googles:
        return Evidence(_ASKED, "Google's default encryption", Shield.UP)
    return Evidence(_ASKED, "no kmsKeyName", Shield.UNKNOWN)


def _has_owners_key(found: Blob) -> bool:
    """Whether an object's key is one that only its owner has. The library has no name for it."""
    return "customerEncryption" in found._properties


def open_source(spec: Spec, manners: Manners, _: Mapping[str, str]) -> Objects:
    """Open a bucket. Credentials are found as Google's own tools find them.

    Options of the spec: `endpoint` of a store that is not Google's, and `anonymous=yes` for a
    public bucket.

    Raises:
        ReadError: REFUSED when there are no credentials, or a token would go without TLS.
    """
    address = spec.option("endpoint", _ENDPOINT).rstrip("/")
    client = Client(
        project=None,
        credentials=_credentials(spec, address),
        client_options={"api_endpoint": address},
    )
    return Objects(spec, Gcs(client.bucket(spec.host), address), manners)


def _is_googles(address: str) -> bool:
    """Whether an address is Google's own."""
    return (urlsplit(address).hostname or "").endswith(".googleapis.com")


def _credentials(spec: Spec, address: str) -> Any:  # noqa: ANN401 - half of the types are missing
    if spec.option("anonymous") == "yes":
        return AnonymousCredentials()  # type: ignore[no-untyped-call]
    if not address.startswith("https://"):
        raise ReadError(Reason.REFUSED, "a store without TLS is read with anonymous=yes alone")
    try:
        return _found(tuple(sorted(pair for pair in os.environ.items() if "GOOGLE_" in pair[0])))
    except ERRORS as error:
        raise read_error(error) from None


@lru_cache(maxsize=1)
def _found(_: tuple[tuple[str, str], ...]) -> Any:  # noqa: ANN401 - see above
    """Return this process's credentials with these variables. They keep their token."""
    return google.auth.default(scopes=_SCOPES)[0]
