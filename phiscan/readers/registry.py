"""The formats that are read, in the order in which they are tried on a document.

The bytes of a document override its Content-Type, because a Content-Type is often wrong. To add a
format, write one module with a reader and a `MediaKind`, and add one line to `FORMATS`.

Cost: only looks that know documents of this first byte are asked. A look mostly compares a few of
the first bytes, and the first look that knows the document ends the search.
"""

import string
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from phiscan.containers import tar_archive, zip_archive
from phiscan.containers.office import reader as office
from phiscan.containers.pdf import reader as pdf
from phiscan.containers.pictures import reader as pictures
from phiscan.formats.dicom import files as dicom
from phiscan.formats.fhir import turtle
from phiscan.formats.hl7v2 import messages as hl7v2
from phiscan.formats.ncpdp import telecom
from phiscan.formats.x12 import interchange
from phiscan.media_kind import BINARY, EMPTY, UNKNOWN, Look, MediaKind, Sample
from phiscan.readers import (
    form,
    icon,
    journal,
    json_dialects,
    json_sniff,
    log,
    magic,
    mbox,
    multipart,
    packed,
    protobuf,
    rtf,
    text,
    xml,
)
from phiscan.readers.tables import csv, sql


class Format(NamedTuple):
    """One registration of a format.

    Args:
        look: recognises a document.
        kinds: the media kinds that `look` can return.
        first: the first bytes of all documents that `look` recognises; empty: any byte.
    """

    look: Look
    kinds: tuple[MediaKind, ...]
    first: bytes = b""


def by_head(kind: MediaKind, sniff: Callable[[bytes], bool], first: bytes = b"") -> Format:
    """Return a format that `sniff` recognises by a document's head. Content-Type is ignored."""
    return Format(lambda sample: kind if sniff(sample.head) else None, (kind,), first)


def by_declaration(kind: MediaKind, *names: str) -> Format:
    """Return a format that the media type names. Its reader says whether the document is one.

    Args:
        names: parts of media types that name the format, in any notation but XML and JSON.
    """

    def look(sample: Sample) -> MediaKind | None:
        is_named = any(name in sample.declared for name in names)
        return kind if is_named and not sample.declared.endswith(("xml", "json")) else None

    return Format(look, (kind,))


_LETTERS: Final = string.ascii_letters.encode()
_LEAD: Final = b" \t\n\r\x0b\x0c\xef\xbb\xbf"
"""What may stand before the first letter of a text: blanks, a byte order mark, MLLP's frame."""
FORMATS: Final = (
    by_head(hl7v2.MEDIA, hl7v2.sniff, _LETTERS + _LEAD),
    by_head(interchange.MEDIA, interchange.sniff, _LETTERS + _LEAD + b"\x00"),
    by_head(telecom.MEDIA, telecom.sniff),
    by_head(rtf.MEDIA, rtf.sniff, b"{" + _LEAD),
    by_head(mbox.MEDIA, mbox.sniff, b"F"),
    Format(multipart.look, (multipart.MEDIA,)),
    Format(magic.look_encrypted, (magic.ENCRYPTED,)),
    Format(pdf.look, (pdf.MEDIA,), b"%"),
    Format(office.look, office.KINDS, b"P"),
    Format(tar_archive.look, (tar_archive.MEDIA,)),  # before ZIP, which may be its last member
    Format(zip_archive.look, (zip_archive.MEDIA,)),
    by_head(dicom.MEDIA, dicom.sniff),
    Format(json_sniff.unless_json(protobuf.look_declared), protobuf.KINDS),
    Format(json_sniff.unless_json(packed.look_declared), packed.KINDS),
    Format(json_sniff.look_sequence, (json_dialects.JSON,), b"\x1e"),
    Format(icon.look, (icon.MEDIA,), b"\x89G"),
    Format(pictures.look, pictures.KINDS),
    Format(journal.look, (journal.MEDIA,), b"_"),
    Format(magic.look, (BINARY,)),
    Format(packed.look, packed.KINDS),
    Format(turtle.look, (turtle.MEDIA,)),
    Format(xml.look, xml.KINDS, b"<" + _LEAD),
    Format(json_sniff.look, (*json_dialects.KINDS, log.MEDIA)),
    by_declaration(hl7v2.MEDIA, "hl7-v2", "hl7v2", "edi-hl7", "x-hl7", "/hl7"),
    by_declaration(interchange.MEDIA, "edi-x12", "/x12", "x-x12"),
    by_declaration(telecom.MEDIA, "ncpdp"),
    Format(pdf.look_behind, (pdf.MEDIA,)),
    Format(protobuf.look, (*protobuf.KINDS, BINARY)),
    Format(sql.look, (sql.MEDIA,)),
    Format(form.look, (form.MEDIA,)),
    Format(csv.look, (csv.MEDIA,)),
)
"""All formats, in order. A document that none of them recognises is text."""


class Registry:
    """The media kinds by name, and the functions that recognise them."""

    def __init__(self, formats: Iterable[Format]) -> None:
        self.formats = tuple(formats)
        # Most looks know their documents by the first byte, so a document passes few of them.
        self._looks = tuple(
            tuple(each.look for each in self.formats if not each.first or first in each.first)
            for first in range(256)
        )
        kinds = [kind for each in self.formats for kind in each.kinds]
        self.kinds = {kind.name: kind for kind in (*kinds, text.MEDIA, EMPTY, UNKNOWN)}

    def sniff(self, data: bytes, content_type: str) -> MediaKind:
        """Return the kind to read a document as.

        JSON of any dialect is `json_dialects.JSON` here. `json_dialects.dialect` finds the dialect.
        """
        sample = Sample.of(data, content_type)
        for look in self._looks[data[0]] if data else ():
            kind = look(sample)
            if kind is not None:
                return kind
        return text.MEDIA


MEDIA: Final = Registry(FORMATS)
"""The registry of all formats."""
