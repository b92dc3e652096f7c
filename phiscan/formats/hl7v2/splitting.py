"""Splits the bytes of HL7 v2 messages into segments.

CR ends a segment (chapter 2, section 2.5), and files use LF or CRLF. A message may hold other line
breaks too, within a field: a receiver that splits at CR reads on behind an LF, and one that splits
at any break begins a line there. What either of them reads is given.

    PID|1||M1||RUIZ^ANA|||||12 Elm <LF> Street||5155550142 <CR>    one segment: no segment begins at
                                                                   the LF, so it is part of PID-11
    PV1|1|I <LF> NTE|1||A note <CR>                                PV1, NTE, and both as one segment
    PID|1||M1|...|12 Elm <LF> USA||5155550142 <CR>                 PID, USA, and both as one segment

Cost: one search for breaks. Each further reading of a message costs as much as the first. Messages
have none if the names of their segments are known and end alike.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

Span = tuple[int, int]

HEADERS: Final = frozenset((b"MSH", b"FHS", b"BHS"))
_NAMES: Final = frozenset(
    b"ABS ACC ADD ADJ AFF AIG AIL AIP AIS AL1 APR ARQ ARV AUT BHS BLC BLG BPO BPX BTS BTX BUI CDM "
    b"CDO CER CM0 CM1 CM2 CNS CON CSP CSR CSS CTD CTI CTR DB1 DEV DG1 DMI DON DPS DRG DSC DSP DST "
    b"ECD ECR EDU EQL EQP EQU ERQ ERR EVN FAC FHS FT1 FTS GOL GP1 GP2 GT1 IAM IAR IIM ILT IN1 IN2 "
    b"IN3 INV IPC IPR ISD ITM IVC IVT LAN LCC LCH LDP LOC LRL MCP MFA MFE MFI MRG MSA MSH NCK NDS "
    b"NK1 NPU NSC NST NTE OBR OBX ODS ODT OH1 OH2 OH3 OH4 OM1 OM2 OM3 OM4 OM5 OM6 OM7 OM8 OMC ORC "
    b"ORG OVR PAC PCE PCR PD1 PDA PDC PEO PES PID PKG PM1 PMT PR1 PRA PRB PRC PRD PRT PSG PSH PSL "
    b"PSS PTH PV1 PV2 PYE QAK QID QPD QRD QRF QRI RCP RDF RDT REL RF1 RFI RGS RMI ROL RQ1 RQD RXA "
    b"RXC RXD RXE RXG RXO RXR RXV SAC SCD SCH SCP SDD SFT SGH SGT SHP SID SLT SPM SPR STF STZ TCC "
    b"TCD TQ1 TQ2 TXA UAC UB1 UB2 URD URS VAR VND VTQ".split()
)
"""The segments of versions 2.1 to 2.9. Every name with Z is a site's own."""
# matches "\r\n" and "\x0b"; not "\t"
_BREAK: Final = re.compile(rb"[\r\n\x0b\x0c\x1c-\x1e]+")
# The same, and the line ends of Unicode: NEL, LS, PS.
# matches "\xe2\x80\xa8"; not "\xe2\x80\x99", an apostrophe
_ANY_BREAK: Final = re.compile(rb"(?:[\r\n\x0b\x0c\x1c-\x1e]|\xc2\x85|\xe2\x80[\xa8\xa9])+")
_BREAKS: Final = b"\r\n\x0b\x0c\x1c\x1d\x1e"
_FRAME: Final = b"\x0b\x1c\r\n"
_MANY: Final = 20_000
"""The most breaks for which the lines are kept in memory."""
_TERMINATORS: Final = (b"\r", b"\n", b"")
_LEAD: Final = b" \t\xef\xbb\xbf"


class Piece(NamedTuple):
    """What stands between two breaks, and the break before it."""

    start: int
    end: int
    behind: bytes


class _Reading:
    """What receivers read that see fewer segments than others.

    Args:
        terminator: what ends a segment for them; b"": any break, if a known name follows.
        first: the first piece of the message.
    """

    def __init__(self, terminator: bytes, first: Piece) -> None:
        self._terminator = terminator
        self._splits = not terminator  # whether they split the message at all
        self._start, self._end, self._segments = first.start, first.end, 1

    def begin(self, piece: Piece, *, known: bool) -> Iterator[Span]:
        """Take a piece that begins a segment for others. `known`: its name is in the standard."""
        if self._terminator in piece.behind if self._terminator else known:
            self._splits = True
            yield from self.close()
            self._start, self._segments = piece.start, 0
        self._segments += 1
        self._end = piece.end

    def extend(self, end: int) -> None:
        """Take a piece that goes on with the segment before it."""
        self._end = end

    def close(self) -> Iterator[Span]:
        """Yield the open segment if it is more than one for others."""
        if self._splits and self._segments > 1:
            yield self._start, self._end


def segments(data: bytes) -> Iterator[Span]:
    """The range of each segment in `data`, without the breaks around it.

    A range may overlap others of its message, where receivers disagree on the segments.
    """
    lines = _ordinary(data)
    if lines is not None:
        yield from lines
        return
    message = _Message()
    for piece in pieces(data):
        text = data[piece.start : piece.end].lstrip(_LEAD)
        if len(text) > 3 and text[:3].upper() in HEADERS:
            yield from message.close()
            message = _Message(text[3:4])
        yield from message.take(piece, text)
    yield from message.close()


class _Message:
    """The open segment of a message, for receivers that split at every break, and for others."""

    def __init__(self, delimiter: bytes = b"|") -> None:
        self._delimiter = delimiter
        self._open: Span | None = None
        self._others: list[_Reading] = []

    def take(self, piece: Piece, text: bytes) -> Iterator[Span]:
        """Take the next piece, and yield the segments that end before it."""
        if self._open is None:
            self._others = [_Reading(terminator, piece) for terminator in _TERMINATORS]
            self._open = piece.start, piece.end
        elif _begins(text, self._delimiter):
            yield self._open
            self._open = piece.start, piece.end
            known = _is_known(text[:3].upper())
            for reading in self._others:
                yield from reading.begin(piece, known=known)
        else:
            self._open = self._open[0], piece.end
            for reading in self._others:
                reading.extend(piece.end)

    def close(self) -> Iterator[Span]:
        """Yield the segments that end with the message."""
        if self._open is not None:
            yield self._open
        for reading in self._others:
            yield from reading.close()


def _ordinary(data: bytes) -> Iterator[Span] | None:
    """The segments if all of them end alike and have known names, so that all receivers agree.

    None if not. It takes a fifth of the time that `_Message` takes.
    """
    body = data.strip(_FRAME)
    terminator = next((mark for mark in (b"\r\n", b"\r") if mark in body), b"\n")
    breaks = len(body) - len(body.translate(None, _BREAKS))
    if not body.isascii() or breaks > _MANY or breaks != body.count(terminator) * len(terminator):
        return None
    lines = body.split(terminator)
    starts = {line[:4] for line in lines}
    if len({start[3:] for start in starts}) > 1 or not all(_is_known(s[:3]) for s in starts):
        return None
    return _spans(lines, data.index(body), len(terminator))


def _spans(lines: list[bytes], at: int, between: int) -> Iterator[Span]:
    for line in lines:
        yield at, at + len(line)
        at += len(line) + between


def pieces(data: bytes) -> Iterator[Piece]:
    """What stands between two breaks."""
    plain = data.isascii() or not (b"\xc2\x85" in data or b"\xe2\x80" in data)
    at, behind = 0, b""
    for found in (_BREAK if plain else _ANY_BREAK).finditer(data):
        if found.start() > at:
            yield Piece(at, found.start(), behind)
        at, behind = found.end(), found[0]
    if at < len(data):
        yield Piece(at, len(data), behind)


def _begins(text: bytes, delimiter: bytes) -> bool:
    """Whether a segment begins with `text`. An unknown name is one only in capitals."""
    name = text[:3]
    if len(name) < 3 or not name.isalnum() or (text[3:4] != delimiter and len(text) > 3):
        return False
    return _is_known(name.upper()) or (name[:1].isalpha() and name.upper() == name)


def _is_known(name: bytes) -> bool:
    return name in _NAMES or name[:1] == b"Z"


def is_published(name: bytes) -> bool:
    """Whether a version of the standard has a segment of this name, in capitals."""
    return name in _NAMES
