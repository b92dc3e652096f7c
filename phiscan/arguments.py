"""Checks of the arguments of public functions, for callers without a type checker.

A message names the parameter and the type that was given. It never holds the argument itself, which
may be a document.
"""

from typing import Final

Bytes = bytes | bytearray | memoryview
"""What a document may be given as."""
_SERIALISE: Final = "serialise it first, for example with json.dumps(...).encode()"
_INSTEAD: Final = {
    "str": "encode it first, for example with .encode()",
    "dict": _SERIALISE,
    "list": _SERIALISE,
}


def as_bytes(what: str, given: object) -> bytes:
    """Return `given` as bytes.

    Args:
        what: the parameter's name.

    Raises:
        TypeError: it is neither bytes nor a bytearray nor a memoryview.
    """
    if isinstance(given, bytes):
        return given
    if isinstance(given, bytearray | memoryview):
        return bytes(given)
    name = type(given).__name__
    hint = _INSTEAD.get(name, "give the bytes as they were sent or stored")
    raise TypeError(f"{what} must be bytes, not {name}: {hint}")


def need(what: str, given: object, wanted: type) -> None:
    """Raise TypeError unless `given` is of the type `wanted`."""
    if not isinstance(given, wanted):
        raise TypeError(f"{what} must be {wanted.__name__}, not {type(given).__name__}")
