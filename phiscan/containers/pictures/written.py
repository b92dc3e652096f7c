"""What a picture says in words."""

from dataclasses import dataclass, field

from phiscan.containers.pictures import exif, iptc
from phiscan.finding import Gap


@dataclass(slots=True)
class Written:
    """The words of one picture, and what else it holds.

    Args:
        lines: texts, most with a label before them.
        xmp: packets of XMP, which are XML.
        behind: the bytes after the picture's end.
        gap: why not all words were read.
    """

    lines: list[str] = field(default_factory=list)
    xmp: list[bytes] = field(default_factory=list)
    behind: bytes = b""
    gap: Gap = Gap.NONE

    def add_exif(self, data: bytes) -> None:
        """Add what a block of Exif says: a TIFF file, perhaps behind its mark."""
        data = data.removeprefix(b"Exif\x00\x00")
        if not exif.sniff(data):
            return
        tags = exif.read(data)
        self.lines += tags.lines
        self.xmp += tags.xmp
        for block in tags.iptc:
            self.add_iptc(block)
        self.gap = self.gap or tags.gap

    def add_iptc(self, data: bytes) -> None:
        """Add what a block of IPTC says."""
        self.lines += iptc.lines(data)

    def add_text(self, raw: bytes, codec: str = "utf-8") -> None:
        """Add a text without a label."""
        self.lines.append(raw.decode(codec, "replace").strip("\x00"))
