"""A user's own function as a recognizer.

`def find(text: str)` gives (infoType, start, end, score) for each thing found. The file is Python
code and runs with the rights of the command: name only files that you would run.
"""

import importlib.util
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from extauthz.recognizers import ModelError
from phiscan.recognizer import Recognized, Recognizer

Find = Callable[[str], Iterable[tuple[str, int, int, float]]]


def load(where: str) -> Recognizer:
    """Return the function of `FILE.py:FUNCTION`. Raises ModelError."""
    file, _, name = where.rpartition(":")
    if not file or not Path(file).is_file():
        raise ModelError("no such file; give FILE.py:FUNCTION")
    specification = importlib.util.spec_from_file_location("phiguard_recognizer", file)
    if specification is None or specification.loader is None:
        raise ModelError("not a Python file; give FILE.py:FUNCTION")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    function = getattr(module, name, None)
    if not callable(function):
        raise ModelError(f"{file} has no function {name}; give FILE.py:FUNCTION")
    return _Function(function)


class _Function:
    def __init__(self, function: Find) -> None:
        self._function = function

    def find(self, text: str) -> Iterator[Recognized]:
        for info_type, start, end, score in self._function(text):
            yield Recognized(info_type, start, end, score)
