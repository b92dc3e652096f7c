"""The formats that are read, in the order in which a document is tried.

A document's own bytes come before its Content-Type, because labels are often wrong. A new format is one module, with its reader
and its `MediaKind`, and one line in `FORMATS`. Cost: each look is a few comparisons of a document's first bytes, until one of them
knows the document.
"""

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from phiscan.formats.dicom import files as dicom
from phiscan.formats.hl7v2 import messages as hl7v2
from phiscan.formats.ncpdp import telecom
from phiscan.formats.x12 import interchange
from phiscan.media_kind import BINARY, EMPTY, UNKNOWN, Look, MediaKind, Sample
from phiscan.readers import (
    csv,
    form,
    icon,
    json_dialects,
    json_sniff,
    log,
    magic,
    multipart,
    packed,
    protobuf,
    rtf,
    sql,
    text,
    xml,
)


class Format(NamedTuple):
    """One registration: a look at a document, and the kinds that it can tell."""

    look: Look
    kinds: tuple[MediaKind, ...]


def by_head(kind: MediaKind, sniff: Callable[[bytes], bool]) -> Format:
    """A format that its first bytes show, whatever the sender says."""
    return Format(lambda sample: kind if sniff(sample.head) else None, (kind,))


FORMATS: Final = (
    by_head(hl7v2.MEDIA, hl7v2.sniff),
    by_head(interchange.MEDIA, interchange.sniff),
    by_head(telecom.MEDIA, telecom.sniff),
    by_head(rtf.MEDIA, rtf.sniff),
    Format(multipart.look, (multipart.MEDIA,)),
    Format(magic.look_encrypted, (magic.ENCRYPTED,)),
    by_head(dicom.MEDIA, dicom.sniff),
    Format(json_sniff.unless_json(protobuf.look_declared), protobuf.KINDS),
    Format(json_sniff.unless_json(packed.look_declared), packed.KINDS),
    Format(icon.look, (icon.MEDIA,)),
    Format(magic.look, (BINARY,)),
    Format(packed.look, packed.KINDS),
    Format(xml.look, xml.KINDS),
    Format(json_sniff.look, (*json_dialects.KINDS, log.MEDIA)),
    Format(protobuf.look, (*protobuf.KINDS, BINARY)),
    Format(sql.look, (sql.MEDIA,)),
    Format(form.look, (form.MEDIA,)),
    Format(csv.look, (csv.MEDIA,)),
    by_head(interchange.MEDIA, interchange.embedded),
)
"""What is left is a text."""


class Registry:
    """The media kinds by name, and the looks that tell them."""

    def __init__(self, formats: Iterable[Format]) -> None:
        self.formats = tuple(formats)
        self._looks = tuple(each.look for each in self.formats)
        kinds = [kind for each in self.formats for kind in each.kinds]
        self.kinds = {kind.name: kind for kind in (*kinds, text.MEDIA, EMPTY, UNKNOWN)}

    def sniff(self, data: bytes, content_type: str) -> MediaKind:
        """What to read a document as. JSON of any dialect is JSON here; `json_dialects` tells FHIR
        from the rest."""
        sample = Sample.of(data, content_type)
        for look in self._looks:
            kind = look(sample)
            if kind is not None:
                return kind
        return text.MEDIA


MEDIA: Final = Registry(FORMATS)
"""All that is read."""
