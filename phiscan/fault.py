"""Where a fault of the program itself was: the kind of an exception and a line of code."""

import re
from pathlib import PurePath
from typing import Final

# matches "TypeError at json_tables.py:120"; not "KeyError: 'Ana'"
_FORM: Final = re.compile(r"[A-Za-z_]{1,64} at [a-z0-9_]{1,64}\.py:\d{1,6}")


def place_of(raised: BaseException) -> str:
    """Return where an exception was raised: `TypeError at json_tables.py:120`.

    It has nothing of the exception's text, which could quote a document, and nothing of the values
    of its frames.
    """
    trace = raised.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return ""
    file = PurePath(trace.tb_frame.f_code.co_filename).name
    return f"{type(raised).__name__} at {file}:{trace.tb_lineno}"


def is_place(text: str) -> bool:
    """Whether a text has the form of `place_of`: another process may have written it."""
    return _FORM.fullmatch(text) is not None
