"""A FHIR server by its bulk export (HL7 FHIR Bulk Data Access 2.0).

    GET BASE/$export, Prefer: respond-async -> 202 with a Content-Location
    GET that until 200 -> a manifest: output [{type, url}]
    GET each url       -> NDJSON, one resource a line

Each file of the manifest is a unit. An export is made anew by each listing, so every unit is read
each time.
"""

import http.client
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlencode

import orjson

from atrest.manners import Manners
from atrest.protection import Protection
from atrest.readers import content
from atrest.readers.credentials import secret
from atrest.readers.throttle import Throttle
from atrest.readers.web.http import Client, fixed
from atrest.readers.web.smart import login
from atrest.source import Budget, Document, Item, ReadError, Reason, Unlisted, Unread
from atrest.spec import Spec
from atrest.unit import Unit, UnitKind

_MANIFEST_BYTES: Final = 64 << 20
_EXPORT_SECONDS: Final = 6 * 3600.0
_POLL_SECONDS: Final = 5.0
_LONGEST_POLL: Final = 120.0


class Fhir:
    """The resources of a FHIR server.

    Args:
        name: of the source.
        client: asks the server.
        scope: what is exported: the path and query of the kick-off request.
        throttle: of bytes a second.
        sleep: waits so many seconds.
    """

    def __init__(
        self,
        name: str,
        client: Client,
        scope: str,
        throttle: Throttle,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.name = name
        self._client = client
        self._scope = scope
        self._throttle = throttle
        self._sleep = sleep

    def list(self) -> Iterator[Unit | Unlisted]:
        """Yield every file of a new export.

        Raises:
            ReadError: the server has no bulk export, refuses it, or takes more than six hours.
        """
        further = {"Prefer": "respond-async"}
        answer = self._client.get(self._scope, "application/fhir+json", further)
        place = answer.header("Content-Location")
        answer.close()
        if answer.response.status != 202 or not place:
            raise ReadError(Reason.MALFORMED, "no bulk export: the answer is not 202")
        manifest = self._manifest(place)
        counts: dict[str, int] = {}
        for entry in manifest.get("output", ()):
            kind = str(entry["type"])
            counts[kind] = number = counts.get(kind, 0) + 1
            yield Unit(self.name, f"{kind}/{number}", UnitKind.COLLECTION, handle=entry["url"])
        if manifest.get("error"):
            yield Unlisted(self.name, "$export", Reason.SEES_LESS, "the manifest lists errors")

    def _manifest(self, place: str) -> dict[str, Any]:
        """Wait for the export and return its manifest."""
        waited = 0.0
        while True:
            answer = self._client.get(place, "application/json")
            if answer.response.status == 200:
                break
            pause = _pause(answer.header("Retry-After"))
            answer.close()
            waited += pause
            if waited > _EXPORT_SECONDS:
                raise ReadError(Reason.OUT_OF_TIME, "the export is not ready after six hours")
            self._sleep(pause)
        return _parsed(answer.body(_MANIFEST_BYTES))

    def read(self, unit: Unit, budget: Budget) -> Iterator[Item]:
        """Yield the resources of a file, in pieces. Raises ReadError."""
        answer = self._client.get(unit.handle, "application/fhir+ndjson")
        opened = content.Opened(answer.response, -1, "application/fhir+ndjson")
        try:
            for item in content.items(opened, budget):
                if isinstance(item, Document):
                    self._throttle.take(len(item.data))
                yield item
            if answer.is_torn:
                yield Unread(Reason.UNREACHABLE)
        except http.client.HTTPException as error:
            raise ReadError(Reason.UNREACHABLE, type(error).__name__) from None
        finally:
            answer.close()

    def protection(self, unit: Unit) -> Protection:
        """Whether the connection is TLS: that of the file, which may lie elsewhere."""
        return replace(self._client, base=unit.handle or self._client.base).protection()

    def close(self) -> None:
        """Nothing is open."""


def _parsed(data: bytes) -> dict[str, Any]:
    """Return a manifest. Raises ReadError."""
    try:
        manifest = orjson.loads(data)
        entries = manifest.get("output", [])
        is_sound = all(isinstance(e["type"], str) and isinstance(e["url"], str) for e in entries)
    except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError):
        is_sound = False
    if not is_sound:
        raise ReadError(Reason.MALFORMED, "the manifest of the export")
    return dict(manifest)


def _pause(retry_after: str) -> float:
    """Return how long the server asks to wait: its seconds, within reason."""
    seconds = float(retry_after) if retry_after.isdecimal() else _POLL_SECONDS
    return min(max(seconds, 0.1), _LONGEST_POLL)


def open_source(spec: Spec, manners: Manners, environ: Mapping[str, str]) -> Fhir:
    """Open a FHIR server.

    Options of the spec: `group` exports one Group, `types` some types of resources, and `scope` is
    what a login asks for, where it is not `system/TYPE.rs`.

    Raises:
        ReadError: a login is described, and cannot be made of what is there.
    """
    group = spec.option("group")
    types = spec.option("types")
    path = f"Group/{group}/$export" if group else "$export"
    query = {"_outputFormat": "application/fhir+ndjson"} | ({"_type": types} if types else {})
    scope = spec.option("scope") or " ".join(f"system/{t}.rs" for t in (types or "*").split(","))
    client = Client(address(spec), fixed(secret(environ, "FHIR_TOKEN")), spec.option("ca"))
    if client.bearer is None:
        client = replace(client, bearer=login(client, scope, environ))
    throttle = Throttle(manners.bytes_per_second)
    return Fhir(spec.name, client, f"{path}?{urlencode(query)}", throttle)


def address(spec: Spec) -> str:
    """Return the server's address: `fhir+https://host/r4` is `https://host/r4`."""
    scheme = spec.scheme.partition("+")[2]
    port = f":{spec.port}" if spec.port else ""
    return f"{scheme}://{spec.host}{port}{spec.path}"
