"""Hyperscan databases: compiled from expressions, or loaded from bytes compiled earlier.

Layout of the bytes: magic, SHA-256 of the plans, SHA-256 of the rest, then each database with its
length. Hyperscan checks the rest itself: a database names its Hyperscan version and the CPU
features that it needs. The checksums detect damage, not an attack. Whoever stores the bytes has to
protect them.
"""

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import hyperscan

_MAGIC: Final = b"phiscan1"
_HEAD: Final = struct.Struct(f"<{len(_MAGIC)}s32s32s")
_LENGTH: Final = struct.Struct("<Q")
_PLATFORM: Final = (
    "this CPU lacks the SIMD instructions that Hyperscan needs; "
    "run on x86-64 with SSE4.2, or on arm64 with NEON"
)


class CompiledError(Exception):
    """The bytes cannot be used. The caller compiles anew."""


class PlatformError(Exception):
    """Hyperscan cannot run on this machine. The text is one line that says what it needs."""


class PatternError(Exception):
    """Hyperscan cannot run an expression. The text gives the reason in Hyperscan's words."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The expressions of one database, with Hyperscan's flags for each."""

    expressions: tuple[str, ...]
    flags: tuple[int, ...]


def compile_all(plans: Sequence[Plan]) -> list[hyperscan.Database]:
    """Compile one database for each plan. Raises PlatformError, PatternError."""
    return [compile_one(plan) for plan in plans]


def compile_one(plan: Plan) -> hyperscan.Database:
    """Compile the database of a plan. Raises PlatformError, PatternError."""
    database = hyperscan.Database()
    try:
        database.compile(
            expressions=[e.encode() for e in plan.expressions],
            ids=list(range(len(plan.expressions))),
            flags=list(plan.flags),
        )
    except hyperscan.ArchitectureError:
        raise PlatformError(_PLATFORM) from None
    except hyperscan.HyperscanError as error:
        raise PatternError(str(error.args[0]) if error.args else "cannot be compiled") from None
    return database


def digest(plans: Sequence[Plan]) -> bytes:
    """A digest of 32 bytes that identifies the databases of `plans`.

    It covers the expressions, their flags and Hyperscan's version.
    """
    version: str = hyperscan.__version__  # type: ignore[attr-defined]  # its stubs leave it out
    text = repr((version, [(plan.expressions, plan.flags) for plan in plans]))
    return hashlib.sha256(text.encode()).digest()


def pack(databases: Sequence[hyperscan.Database], plans: Sequence[Plan]) -> bytes:
    """Serialise the databases of `plans`."""
    parts = [hyperscan.dumpb(database) for database in databases]
    rest = b"".join(_LENGTH.pack(len(part)) + part for part in parts)
    return _HEAD.pack(_MAGIC, digest(plans), hashlib.sha256(rest).digest()) + rest


def unpack(data: bytes, plans: Sequence[Plan]) -> list[hyperscan.Database]:
    """Load the databases that `pack` serialised.

    Raises:
        CompiledError: the bytes are damaged, belong to other plans or another version of Hyperscan,
            or do not fit this CPU.
    """
    if len(data) < _HEAD.size:
        raise CompiledError("cut off")
    magic, made_from, check = _HEAD.unpack_from(data)
    rest = data[_HEAD.size :]
    if (magic, made_from) != (_MAGIC, digest(plans)):
        raise CompiledError("made from other patterns or by another version")
    if hashlib.sha256(rest).digest() != check:
        raise CompiledError("broken")
    try:
        return [_load(part) for part in _parts(rest)]
    except hyperscan.HyperscanError as error:
        raise CompiledError(f"not for this machine: {type(error).__name__}") from None


def _parts(rest: bytes) -> list[bytes]:
    parts, at = [], 0
    while at < len(rest):
        (length,) = _LENGTH.unpack_from(rest, at)
        parts.append(rest[at + _LENGTH.size : at + _LENGTH.size + length])
        at += _LENGTH.size + length
    return parts


def _load(part: bytes) -> hyperscan.Database:
    database = hyperscan.loadb(part, hyperscan.HS_MODE_BLOCK)
    # only `compile` sets the scratch space by itself
    database.scratch = hyperscan.Scratch(database)
    return database
