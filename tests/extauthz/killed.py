"""A process that dies at one of its steps."""

from collections.abc import Callable
from itertools import count
from typing import Any


class KilledError(BaseException):
    """In place of the end of a process, which nothing catches."""


def dying(real: Callable[..., Any], nth: int, *, after: bool) -> Callable[..., Any]:
    """`real`, at whose call number `nth` the process dies: before its work or after it."""
    calls = count(1)

    def dies(*args: Any, **kwargs: Any) -> Any:
        is_now = next(calls) == nth
        if is_now and not after:
            raise KilledError
        result = real(*args, **kwargs)
        if is_now:
            raise KilledError
        return result

    return dies
