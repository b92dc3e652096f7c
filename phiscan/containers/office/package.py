"""The parts of an office file: a ZIP file in which names say what a part is.

A part is unpacked when it is asked for. What was unpacked counts against the scan's room, and the
clock is checked before each part.
"""

import re
from collections.abc import Iterator
from typing import Final

from phiscan.containers import zip_archive, zip_directory
from phiscan.containers.zip_directory import Directory, Member
from phiscan.evidence import Evidence
from phiscan.finding import Gap, worse
from phiscan.scan_context import OutOfTimeError
from phiscan.text import charset, decompress
from phiscan.text.decompress import Bound

# matches b'<?xml version="1.0" encoding="windows-1252"'; not b'<?xml version="1.0"?>'
_DECLARED: Final = re.compile(
    rb"""<\?xml[^>]{0,100}?encoding\s{0,9}=\s{0,9}["']([\w.:-]{1,40})["']"""
)


class Package:
    """An open office file.

    Attributes:
        gap: why not all of it was read so far.
    """

    def __init__(self, data: bytes, evidence: Evidence) -> None:
        self._data = data
        self._context = evidence.context
        self.directory: Directory = zip_directory.read(data)
        self.gap = Gap.ENCRYPTED if self.directory.is_encrypted else self.directory.gap
        self._members = {member.name.lstrip("/"): member for member in self.directory.members}

    def parts(self) -> Iterator[tuple[str, Member]]:
        """Yield each part with its name. Of equal names, the first ones have no name here."""
        named = {member.number: name for name, member in self._members.items()}
        for member in self.directory.members:
            yield named.get(member.number, ""), member

    def names(self) -> frozenset[str]:
        """Return the names of all parts with data."""
        return frozenset(self._members)

    def text(self, name: str) -> bytes:
        """Return a part as UTF-8, or nothing when there is none or it cannot be read."""
        member = self._members.get(name)
        return self.text_of(member) if member is not None else b""

    def text_of(self, member: Member) -> bytes:
        """Return a part as UTF-8. What cannot be read is a gap of the package."""
        raw = self.content_of(member)
        declared = _DECLARED.match(raw)
        kind = f"text/xml; charset={declared[1].decode()}" if declared else ""
        text = charset.to_utf8(raw, kind)
        self.add_gap(text.gap)
        return text.data

    def content_of(self, member: Member) -> bytes:
        """Return the bytes of a part. What cannot be unpacked is a gap of the package."""
        if self._context.late():
            raise OutOfTimeError
        packing = zip_archive.PACKINGS.get(member.method)
        if member.is_encrypted or packing is None:
            self.add_gap(Gap.ENCRYPTED if member.is_encrypted else Gap.UNSUPPORTED_MEDIA)
            return b""
        raw = self._data[member.start : member.end]
        room = self._context.room
        if packing:
            raw, gap = decompress.remove(packing, raw, Bound(max(room.left, 0), self._context.late))
            self.add_gap(gap)
        if not room.take(len(raw)):
            self.add_gap(Gap.OVER_LIMIT)
            return b""
        return raw

    def add_gap(self, gap: Gap) -> None:
        """Note why something was not read."""
        self.gap = worse(self.gap, gap)
