"""A DICOM store by DICOMweb (DICOM PS3.18): the attributes of every study, without pixels.

    GET BASE/studies?limit=N&offset=M   QIDO-RS: which studies there are
    GET BASE/studies/UID/metadata       WADO-RS: all attributes of all instances, as DICOM JSON

A study is a unit. Its UID is a number given to one patient's study (45 CFR 164.514(b)(2)(i)(R)), so
the catalogue has the unit's key and no UID.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote, urlencode

import orjson

from atrest.manners import Manners
from atrest.protection import Protection
from atrest.readers.credentials import secret
from atrest.readers.throttle import Throttle
from atrest.readers.web.fhir import address
from atrest.readers.web.http import Client, fixed
from atrest.source import Budget, Document, Item, ReadError, Reason, Unlisted
from atrest.spec import Spec
from atrest.unit import Unit, UnitKind

_PAGE: Final = 500
_PAGE_BYTES: Final = 64 << 20
_JSON: Final = "application/dicom+json"
_STUDY_UID: Final = "0020000D"
_CHANGED: Final = ("00201206", "00201208")  # numbers of series and of instances


class DicomWeb:
    """The studies of a DICOM store.

    Args:
        name: of the source.
        client: asks the store.
        throttle: of bytes a second.
    """

    def __init__(self, name: str, client: Client, throttle: Throttle) -> None:
        self.name = name
        self._client = client
        self._throttle = throttle

    def list(self) -> Iterator[Unit | Unlisted]:
        """Yield every study. Raises ReadError.

        A store may give fewer than were asked for (PS3.18, 8.3.4.4), so only an empty page is the
        last one.
        """
        seen: set[str] = set()
        while studies := self._page(len(seen)):
            for study in studies:
                uid = _first(study, _STUDY_UID)
                if uid in seen:  # a store that does not page gives the first ones again
                    yield Unlisted(self.name, "studies", Reason.SEES_LESS, "the pages repeat")
                    return
                seen.add(uid)
                # a store that adds an instance counts it; one that does not count is read again
                counts = [_first(study, tag) for tag in _CHANGED]
                version = ":".join(counts) if all(counts) else ""
                yield Unit(self.name, uid, UnitKind.OBJECT, version, is_secret=True)

    def _page(self, offset: int) -> Sequence[dict[str, Any]]:
        query = {"limit": _PAGE, "offset": offset, "includefield": ",".join(_CHANGED)}
        data = self._client.get(f"studies?{urlencode(query)}", _JSON).body(_PAGE_BYTES)
        return _studies(data) if data else []  # 204: none

    def read(self, unit: Unit, budget: Budget) -> Iterator[Item]:
        """Yield the attributes of a study. Raises ReadError."""
        answer = self._client.get(f"studies/{quote(unit.name)}/metadata", _JSON)
        data = answer.body(4 * budget.document_bytes)
        self._throttle.take(len(data))
        for instance in _studies(data):
            yield Document(orjson.dumps([instance]), content_type=_JSON)

    def protection(self, _: Unit) -> Protection:
        """Whether the connection is TLS. A store does not say how it stores."""
        return self._client.protection()

    def close(self) -> None:
        """Nothing is open."""


def _studies(data: bytes) -> list[dict[str, Any]]:
    try:
        found = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise ReadError(Reason.MALFORMED, "the answer is no DICOM JSON") from None
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise ReadError(Reason.MALFORMED, "the answer is no DICOM JSON")
    return found


def _first(study: Mapping[str, Any], tag: str) -> str:
    """Return the first value of an attribute as text, or nothing."""
    attribute = study.get(tag)
    values = attribute.get("Value") if isinstance(attribute, dict) else None
    return str(values[0]) if isinstance(values, list) and values else ""


def open_source(spec: Spec, manners: Manners, environ: Mapping[str, str]) -> DicomWeb:
    """Open a DICOM store."""
    client = Client(address(spec), fixed(secret(environ, "DICOMWEB_TOKEN")), spec.option("ca"))
    return DicomWeb(spec.name, client, Throttle(manners.bytes_per_second))
