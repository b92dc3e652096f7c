"""ZIP files: archives, and whatever else is one (JAR, APK, EPUB).

Each member is a nested document. It is unpacked when its turn comes, within what the whole scan may
decode. Names are only names: nothing is written anywhere, so `../../etc/passwd` is harmless. All
names and comments are read as one text. `zip_directory` says what keeps two readers from seeing two
archives. An encrypted member is a gap, and the others are read.
"""

from typing import Final

from phiscan.containers import members, zip_directory
from phiscan.containers.zip_directory import Directory, Member
from phiscan.evidence import Evidence, Nested
from phiscan.finding import Gap, worse
from phiscan.media_kind import MediaKind, Sample

PACKINGS: Final = {
    0: "",
    8: "raw-deflate",
    12: "bzip2",
    14: "zip-lzma",
    20: "zstd",
    93: "zstd",
    95: "xz",
}
"""Compression methods (APPNOTE 4.4.5). Any other method is a gap."""


def read(data: bytes, evidence: Evidence) -> Gap:
    """Add the members as nested documents, and their names as a text."""
    directory = zip_directory.read(data)
    members.add_names(directory.texts, "zip", evidence)
    gap = Gap.ENCRYPTED if directory.is_encrypted else directory.gap
    for member in evidence.context.timed(directory.members):
        gap = worse(gap, add_member(data, member, evidence, "zip"))
    add_rest(data, directory, evidence, "zip")
    return gap


def add_member(data: bytes, member: Member, evidence: Evidence, container: str) -> Gap:
    """Nest one member. Returns why it cannot be read."""
    if member.is_encrypted:
        return Gap.ENCRYPTED
    packing = PACKINGS.get(member.method)
    if packing is None:
        return Gap.UNSUPPORTED_MEDIA
    evidence.nested.append(
        Nested(
            data[member.start : member.end],
            members.place(container, member.number),
            members.media_type(member.name),
            packing=packing,
            is_part=True,
        )
    )
    return Gap.NONE


def add_rest(data: bytes, directory: Directory, evidence: Evidence, container: str) -> None:
    """Nest what the central directory does not explain."""
    for start, end in directory.rest:
        evidence.nested.append(
            Nested(data[start:end], members.part(container, "between"), is_part=True)
        )


MEDIA: Final = MediaKind("zip", read, is_searchable=False, is_container=True)


def is_zip(data: bytes) -> bool:
    """Whether `data` is a ZIP file, also with other bytes before it.

    Bytes before it are believed only if the end is exactly where the bytes end or names a
    central directory.
    """
    if data.startswith(zip_directory.LOCAL):
        return True
    end = zip_directory.find_end(data)
    return end >= 0 and (end == 0 or zip_directory.names_directory(data, end))


def look(sample: Sample) -> MediaKind | None:
    """MEDIA if the document is a ZIP file."""
    return MEDIA if is_zip(sample.data) else None
