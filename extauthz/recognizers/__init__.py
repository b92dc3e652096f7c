"""Adapters for models that a user brings.

    spacy:FOLDER    presidio    presidio:CONFIG.yaml    gliner:FOLDER    python:FILE.py:FUNCTION

Their libraries are no dependencies: each is imported only when a user names its kind. Models are
read from the disk and never fetched. A download would tell others which model reads the documents,
and a machine with such documents often has no network.
"""

import importlib
from collections.abc import Callable
from types import MappingProxyType, ModuleType
from typing import Final

from phiscan.recognizer import Recognizer

RECOGNIZER_KINDS: Final = MappingProxyType(
    {
        "spacy": "spacy_model",
        "presidio": "presidio",
        "gliner": "gliner_model",
        "python": "python_function",
    }
)
"""The module of each kind. The kind is the part of `--model` before the colon."""


class ModelError(Exception):
    """A model cannot be used. The text is one line with the reason and the fix."""


def load(model: str) -> Recognizer:
    """Return the recognizer that `--model` names.

    Raises:
        ModelError: there is no such kind, its library is not installed, or the model cannot be
            read.
    """
    kind, _, where = model.partition(":")
    if kind not in RECOGNIZER_KINDS:
        raise ModelError(
            f"--model {model}: unknown kind; "
            f"give one of {', '.join(RECOGNIZER_KINDS)}, a colon and where the model is"
        )
    module = importlib.import_module(f"{__name__}.{RECOGNIZER_KINDS[kind]}")
    opened: Callable[[str], Recognizer] = module.load
    try:
        return opened(where)
    except ModelError as error:
        raise ModelError(f"--model {model}: {error}") from None
    except Exception as error:  # noqa: BLE001 - a model's library may raise anything
        raise ModelError(
            f"--model {model}: {type(error).__name__}: {_first_line(error)}; "
            "give a model of that kind"
        ) from None


def library(name: str) -> ModuleType:
    """Import a library that is no dependency of phiguard.

    Raises:
        ModelError: it is not installed.
    """
    try:
        return importlib.import_module(name)
    except ImportError:
        raise ModelError(
            f"the package {name} is not installed; install it beside phiguard"
        ) from None


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), "")[:200].rstrip(".")
