"""What a workbook would take in memory, before its library opens it.

The library lays each sheet out as a full rectangle. Two cells at opposite corners of a sheet would
take 17 thousand million places. So the corners are read first, as a stream.
"""

import contextlib
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from typing import BinaryIO, Final
from xml.parsers import expat

from atrest.source import ReadError, Reason

_OPEN_XML: Final = "xl/workbook.xml"
_OPEN_DOCUMENT: Final = "content.xml"
_SPREADSHEET: Final = b"application/vnd.oasis.opendocument.spreadsheet"
_SHEET: Final = "xl/worksheets/"
_STRINGS: Final = "xl/sharedStrings.xml"
_MOST_BYTES: Final = 64 << 20
"""Of markup, unpacked."""
_MOST_CELLS: Final = 2_000_000
_PIECE: Final = 1 << 16
_LONGEST_DIRECTORY: Final = 1 << 20
_LONGEST_END: Final = (1 << 16) + 22
# matches the four bytes with which the end of a directory begins; not those of a member
_END: Final = re.compile(rb"PK\x05\x06")
# matches "AB12"; not "12"
_PLACE: Final = re.compile(r"([A-Z]{1,3})(\d{1,9})")


def is_workbook(file: BinaryIO) -> bool:
    """Whether a ZIP file is a workbook of Office Open XML or OpenDocument: its members tell.

    Raises:
        ReadError: the archive is torn, or its directory is very long.
    """
    with _opened(file) as archive:
        names = archive.namelist()
        if _OPEN_XML in names:
            return True
        if _OPEN_DOCUMENT not in names or "mimetype" not in names:
            return False
        with archive.open("mimetype") as member:
            return member.read(100).startswith(_SPREADSHEET)


def check(file: BinaryIO) -> None:
    """Raise ReadError when a workbook is torn (MALFORMED) or too large (OVER_LIMIT)."""
    left = _MOST_BYTES
    with _opened(file) as archive:
        for member in archive.infolist():
            is_sheet = member.filename.startswith(_SHEET) or member.filename == _OPEN_DOCUMENT
            if not is_sheet and member.filename != _STRINGS:
                continue
            left -= member.file_size
            if left < 0:
                raise ReadError(Reason.OVER_LIMIT, "a workbook of more than 64 MiB")
            extent = _Extent()
            with archive.open(member) as markup:
                while piece := markup.read(_PIECE):
                    if is_sheet:
                        extent.read(piece)


@contextlib.contextmanager
def _opened(file: BinaryIO) -> Iterator[zipfile.ZipFile]:
    """Open an archive, and stand at the file's beginning afterwards."""
    try:
        if _directory_bytes(file) > _LONGEST_DIRECTORY:
            raise ReadError(Reason.OVER_LIMIT, "the directory of an archive")
        with zipfile.ZipFile(file) as archive:
            yield archive
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error) as error:
        raise ReadError(Reason.MALFORMED, type(error).__name__) from None
    finally:
        file.seek(0)


def _directory_bytes(file: BinaryIO) -> int:
    """Return the most bytes that any record of the directory's end says that it has (APPNOTE 4.3).

    The library holds the whole directory in memory, as objects.
    """
    end = file.seek(0, io.SEEK_END)
    file.seek(max(0, end - _LONGEST_END))
    tail = file.read(_LONGEST_END)
    sizes = [tail[match.start() + 12 : match.start() + 16] for match in _END.finditer(tail)]
    return max((int.from_bytes(size, "little") for size in sizes), default=0)


class _Extent:
    """How far the cells of a sheet reach. OpenDocument's sheets count as one."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._open
        self._row = self._column = 0
        self._repeated = 1
        self._rows = self._columns = 0

    def read(self, piece: bytes) -> None:
        """Read some markup. Raises ReadError."""
        try:
            self._parser.Parse(piece)
        except expat.ExpatError:
            raise ReadError(Reason.MALFORMED) from None
        if self._rows * self._columns > _MOST_CELLS:
            raise ReadError(Reason.OVER_LIMIT, "a sheet of more than 2,000,000 cells")

    def _open(self, tag: str, named: Mapping[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "c":
            place = _PLACE.fullmatch(named.get("r", ""))
            if place is not None:
                self._reach(int(place[2]), _number(place[1]))
        elif name == "table-row":
            self._row += self._repeated
            self._repeated, self._column = _times(named, "table:number-rows-repeated"), 0
        elif name in ("table-cell", "covered-table-cell"):
            self._column += _times(named, "table:number-columns-repeated")
            if "office:value-type" in named or "table:formula" in named:
                self._reach(self._row + self._repeated, self._column)

    def _reach(self, row: int, column: int) -> None:
        self._rows = max(self._rows, row)
        self._columns = max(self._columns, column)


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _times(named: Mapping[str, str], attribute: str) -> int:
    text = named.get(attribute, "1")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 1
