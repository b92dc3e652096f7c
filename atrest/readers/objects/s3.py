"""S3 and stores that speak its protocol, with boto3.

obstore was tried first. One key such as `./a` or `a//b` ends its whole listing with an error, and
it tells neither the storage class nor how an object is encrypted.
"""

import os
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlsplit

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from atrest.manners import Manners
from atrest.protection import Evidence, Shield
from atrest.readers.libraries import silence
from atrest.readers.objects.bucket import Listed, Piece, reached_by
from atrest.readers.objects.s3_errors import read_error
from atrest.readers.objects.source import Objects
from atrest.source import ReadError, Reason
from atrest.spec import Spec

silence("boto3", "botocore", "urllib3")

_REGION: Final = "us-east-1"
_SSE: Final = "x-amz-server-side-encryption"
_ENCRYPTIONS: Final = frozenset(("AES256", "aws:kms", "aws:kms:dsse", "aws:fsx"))
_CONNECT_SECONDS, _READ_SECONDS = 10, 60


class S3:
    """One bucket.

    Args:
        client: of boto3.
        name: of the bucket.
        is_aws: whether the store is Amazon's own, which always says how an object is encrypted.
    """

    def __init__(self, client: Any, name: str, *, is_aws: bool) -> None:  # noqa: ANN401
        self._client = client
        self._name = name
        self._is_aws = is_aws

    def objects(self, prefix: str) -> Iterator[Listed]:
        """Yield the objects whose keys begin so. Raises ReadError."""
        try:
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._name, Prefix=prefix
            )
            for page in pages:
                for entry in page.get("Contents", ()):
                    yield Listed(entry["Key"], entry["Size"], entry["ETag"])
        except (BotoCoreError, ClientError) as error:
            raise self._error(error) from None

    def piece(self, key: str, tag: str, start: int, end: int) -> Piece:
        """Return some bytes of an object. Raises ReadError."""
        try:
            found = self._client.get_object(
                Bucket=self._name, Key=key, IfMatch=tag, Range=f"bytes={start}-{end - 1}"
            )
            with found["Body"] as body:
                data = body.read(end - start + 1)
        except (BotoCoreError, ClientError) as error:
            raise self._error(error) from None
        return Piece(
            data,
            found.get("ContentType", ""),
            found.get("ContentEncoding", "").removeprefix("aws-chunked").strip(", "),
            (evidence_of(found, "GetObject", is_aws=self._is_aws),),
        )

    def stored(self, key: str) -> tuple[Evidence, ...]:
        """Return how an object is stored, as HeadObject says.

        The bucket's own setting is not asked for: it speaks of objects that are yet to come.
        """
        try:
            found = self._client.head_object(Bucket=self._name, Key=key)
        except (BotoCoreError, ClientError):
            return ()
        return (evidence_of(found, "HeadObject", is_aws=self._is_aws),)

    def connection(self) -> tuple[Evidence, ...]:
        """Return whether the store is reached by TLS."""
        return reached_by(self._client.meta.endpoint_url)

    def close(self) -> None:
        """End the connections."""
        self._client.close()

    def _error(self, error: BotoCoreError | ClientError) -> ReadError:
        found = read_error(error)
        if found.reason is Reason.NOT_PERMITTED and self._requester_pays():
            return ReadError(Reason.REQUESTER_PAYS)
        return found

    def _requester_pays(self) -> bool:
        """Whether the one who reads would pay. The store then refuses in the words of a denial."""
        try:
            found = self._client.get_bucket_request_payment(Bucket=self._name)
        except (BotoCoreError, ClientError):
            return False
        return bool(found.get("Payer") == "Requester")


def evidence_of(found: Mapping[str, Any], asked: str, *, is_aws: bool) -> Evidence:
    """Return what an answer on an object says of its encryption.

    Amazon's store names the encryption of each object that has one. Another store that names none
    may still lie on an encrypted disk.
    """
    if found.get("SSECustomerAlgorithm"):
        return Evidence(asked, "SSE-C", Shield.UP)
    said = str(found.get("ServerSideEncryption") or "")
    if said:
        return Evidence(asked, said if said in _ENCRYPTIONS else "another", Shield.UP)
    return Evidence(asked, f"no {_SSE}", Shield.DOWN if is_aws else Shield.UNKNOWN)


def open_source(spec: Spec, manners: Manners, environ: Mapping[str, str]) -> Objects:
    """Open a bucket. Credentials are found as AWS's own tools find them.

    Options of the spec: `endpoint` of a store that is not Amazon's, `region`, and `anonymous=yes`
    for a public bucket.
    """
    endpoint = spec.option("endpoint") or next(
        (environ[name] for name in ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL") if name in environ),
        "",
    )
    region = spec.option("region") or environ.get("AWS_REGION", "")
    config = Config(
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
        retries={"mode": "standard"},
        s3={"addressing_style": "path" if endpoint else "auto"},
        # other stores need not know Amazon's newer checksums
        response_checksum_validation="when_required" if endpoint else "when_supported",
        signature_version=UNSIGNED if spec.option("anonymous") == "yes" else None,
    )
    try:
        session = _session(tuple(sorted(pair for pair in os.environ.items() if "AWS_" in pair[0])))
        client = session.client(
            "s3",
            endpoint_url=endpoint or None,
            region_name=region or session.region_name or _REGION,
            config=config,
        )
    except (BotoCoreError, ValueError) as error:
        raise ReadError(Reason.REFUSED, type(error).__name__) from None
    return Objects(spec, S3(client, spec.host, is_aws=_is_aws(client.meta.endpoint_url)), manners)


def _is_aws(address: str) -> bool:
    """Whether an address is Amazon's own. AWS's configuration file can name another one, too."""
    host = urlsplit(address).hostname or ""
    return host.endswith((".amazonaws.com", ".amazonaws.com.cn"))


@lru_cache(maxsize=1)
def _session(_: tuple[tuple[str, str], ...]) -> Any:  # noqa: ANN401 - boto3 has no types
    """Return this process's session with these variables.

    Each unit opens its source. A session of its own would cost 70 ms of processor, and where
    credentials come from a role, a request to who hands them out.
    """
    return boto3.Session()
