"""Tags of TIFF files and of Exif, which is a TIFF file within a picture (CIPA DC-008, TIFF 6.0).

    file      = "II" 42 | "MM" 42 | the same with 43, then the offset of a directory
    directory = number of entries, entries, offset of the next directory
    entry     = tag:2 type:2 count value-or-offset

Cost: linear, because each directory is read once and their number is bounded.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

from phiscan.finding import Gap

_NAMES: Final = {
    0x010D: "DocumentName",
    0x010E: "ImageDescription",
    0x011D: "PageName",
    0x013B: "Artist",
    0x013C: "HostComputer",
    0x8298: "Copyright",
    0x9286: "UserComment",
    0x9C9B: "Title",
    0x9C9C: "Comment",
    0x9C9D: "Author",
    0x9C9E: "Keywords",
    0x9C9F: "Subject",
    0xA430: "OwnerName",
    0xA431: "SerialNumber",
    0xA435: "LensSerialNumber",
}
_DIRECTORIES: Final = frozenset((0x8769, 0x8825, 0xA005, 0x014A))
"""Tags whose value is the offset of a directory: Exif, GPS, interoperability, SubIFDs."""
_GPS: Final = 0x8825
_XMP, _IPTC, _PHOTOSHOP = 0x02BC, 0x83BB, 0x8649
_UTF16: Final = range(0x9C9B, 0x9CA0)
_COMMENT: Final = 0x9286
_SIZES: Final = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 13: 4, 16: 8, 18: 8}
_ASCII: Final = 2
_MAX_DIRECTORIES: Final = 256
_MAX_ENTRIES: Final = 4096
_MARKS: Final = (b"II*\x00", b"MM\x00*", b"II+\x00\x08\x00\x00\x00", b"MM\x00+\x00\x08\x00\x00")


class _Entry(NamedTuple):
    """One tag.

    Args:
        tag: its number.
        kind: the type of its values.
        value: the bytes of its values.
        at: where the value, or its offset, stands.
    """

    tag: int
    kind: int
    value: bytes
    at: int


@dataclass(slots=True)
class Tags:
    """What the tags say.

    Args:
        lines: texts, each with the name of its tag.
        xmp: packets of XMP.
        iptc: blocks of IPTC, or of Photoshop with IPTC in them.
        gap: why not all tags were read.
    """

    lines: list[str] = field(default_factory=list)
    xmp: list[bytes] = field(default_factory=list)
    iptc: list[bytes] = field(default_factory=list)
    gap: Gap = Gap.NONE


def sniff(data: bytes) -> bool:
    """Whether `data` begins like a TIFF file."""
    return data.startswith(_MARKS)


def read(data: bytes) -> Tags:
    """Return what the tags of a TIFF file say."""
    reader = _Reader(data)
    reader.directories()
    return reader.tags


class _Reader:
    """Walks the directories, each once."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._order: Literal["little", "big"] = "little" if data[:2] == b"II" else "big"
        self._is_wide = self._number(data[2:4]) == 43
        self._taken = 0
        self.tags = Tags()

    def directories(self) -> None:
        """Read all directories."""
        size = 8 if self._is_wide else 4
        waiting = [(self._number(self._data[size : 2 * size]), False)]
        seen: set[int] = set()
        while waiting:
            at, is_gps = waiting.pop()
            if at in seen or not at:
                continue
            seen.add(at)
            if len(seen) > _MAX_DIRECTORIES:
                self.tags.gap = Gap.OVER_LIMIT
                return
            entries, after = self._directory(at)
            if is_gps:
                self._gps({entry.tag: entry for entry in entries})
            for entry in entries:
                if entry.tag in _DIRECTORIES:
                    offsets = self._numbers(entry)
                    waiting += [(offset, entry.tag == _GPS) for offset in offsets]
                else:
                    self._entry(entry)
            waiting.append((after, False))

    def _directory(self, at: int) -> tuple[list[_Entry], int]:
        """Return the entries of a directory, and the offset of the next one."""
        data, wide = self._data, self._is_wide
        head, step, width = (8, 20, 8) if wide else (2, 12, 4)
        count = self._number(data[at : at + head])
        if at + head + count * step > len(data) or count > _MAX_ENTRIES:
            self.tags.gap = Gap.MALFORMED
            return [], 0
        entries = []
        for place in range(at + head, at + head + count * step, step):
            tag, kind = (self._number(data[p : p + 2]) for p in (place, place + 2))
            size = self._number(data[place + 4 : place + 4 + width]) * _SIZES.get(kind, 0)
            start = place + 4 + width
            if size > width:
                start = self._number(data[start : start + width])
            self._taken += size
            if self._taken > len(data):  # values that overlap cost each of them
                self.tags.gap = Gap.OVER_LIMIT
                return [], 0
            if start + size <= len(data):
                entries.append(_Entry(tag, kind, data[start : start + size], start))
        end = at + head + count * step
        return entries, self._number(data[end : end + width])

    def _entry(self, entry: _Entry) -> None:
        tags = self.tags
        if entry.tag == _XMP:
            tags.xmp.append(entry.value)
        elif entry.tag in (_IPTC, _PHOTOSHOP):
            tags.iptc.append(entry.value)
        elif text := _text(entry):
            name = _NAMES.get(entry.tag)
            tags.lines.append(f"{name}: {text}" if name else text)

    def _gps(self, entries: dict[int, _Entry]) -> None:
        """Add the coordinates as degrees (Exif 4.6.6)."""
        for name, number, negative in (("Latitude", 2, b"S"), ("Longitude", 4, b"W")):
            entry = entries.get(number)
            parts = list(self._rationals(entry)) if entry is not None else []
            if len(parts) != 3:
                continue
            degrees = parts[0] + parts[1] / 60 + parts[2] / 3600
            sign = entries.get(number - 1)
            is_negative = sign is not None and sign.value[:1] == negative
            self.tags.lines.append(f"{name}: {-degrees if is_negative else degrees:.6f}")

    def _rationals(self, entry: _Entry) -> Iterator[float]:
        for at in range(0, len(entry.value) - 7, 8):
            above, below = (self._number(entry.value[p : p + 4]) for p in (at, at + 4))
            yield above / below if below else 0.0

    def _numbers(self, entry: _Entry) -> list[int]:
        size = _SIZES.get(entry.kind, 4)
        value = entry.value
        return [self._number(value[at : at + size]) for at in range(0, len(value), size)]

    def _number(self, raw: bytes) -> int:
        return int.from_bytes(raw, self._order)


def _text(entry: _Entry) -> str:
    """Return the text of a tag, or empty when it has none."""
    if entry.tag in _UTF16:
        return entry.value.decode("utf-16-le", "replace").strip("\x00 ")
    if entry.tag == _COMMENT:
        code, content = entry.value[:8], entry.value[8:]
        codec = "utf-16" if code.startswith(b"UNICODE") else "utf-8"
        return content.decode(codec, "replace").strip("\x00 ")
    if entry.kind != _ASCII:
        return ""
    return entry.value.decode("utf-8", "replace").strip("\x00 ")
