"""A GLiNER model (github.com/urchade/GLiNER), from its folder.

It takes any labels, and reads about 384 words at once.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from extauthz.recognizers import ModelError, library
from extauthz.recognizers.labels import ASKED, info_type
from phiscan.recognizer import Recognized, Recognizer

_THRESHOLD: Final = 0.5


def load(where: str) -> Recognizer:
    """Return the model in the folder `where`. Raises ModelError."""
    gliner = library("gliner")
    if not Path(where).is_dir():
        raise ModelError(
            "no such folder; give the folder of a GLiNER model, with gliner_config.json"
        )
    return _Gliner(gliner.GLiNER.from_pretrained(where, local_files_only=True))


class _Gliner:
    def __init__(self, model: Any) -> None:  # noqa: ANN401 - GLiNER's types are not installed
        self._model = model

    def find(self, text: str) -> Iterator[Recognized]:
        for entity in self._model.predict_entities(text, list(ASKED), threshold=_THRESHOLD):
            if kind := info_type(entity["label"]):
                yield Recognized(kind, entity["start"], entity["end"], entity["score"])
