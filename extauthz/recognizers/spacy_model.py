"""A spaCy pipeline with named entities (spacy.io/api/entityrecognizer), from its folder."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from extauthz.recognizers import ModelError, library
from extauthz.recognizers.labels import info_type
from phiscan.recognizer import Recognized, Recognizer

_SCORE: Final = 0.75
"""The score of every finding, because spaCy gives none."""


def load(where: str) -> Recognizer:
    """Return the pipeline in the folder `where`. Raises ModelError."""
    spacy = library("spacy")
    if not Path(where).is_dir():
        raise ModelError("no such folder; give the folder of a spaCy pipeline, with meta.json")
    return _Spacy(spacy.load(where))


class _Spacy:
    def __init__(self, pipeline: Any) -> None:  # noqa: ANN401 - spaCy's types are not installed
        self._pipeline = pipeline

    def find(self, text: str) -> Iterator[Recognized]:
        for entity in self._pipeline(text).ents:
            if kind := info_type(entity.label_):
                yield Recognized(kind, entity.start_char, entity.end_char, _SCORE)
