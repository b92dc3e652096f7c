"""Microsoft Presidio's analyzer, with its defaults or with a configuration file.

The file is the YAML of Presidio's analyzer engine. Presidio would download a missing spaCy model,
so this module refuses a model that is not installed. Presidio's e-mail recognizer would download a
list of top-level domains, so this module makes it use the installed list.
"""

import importlib
import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml

from extauthz.recognizers import ModelError, library
from extauthz.recognizers.labels import info_type
from phiscan.recognizer import Recognized, Recognizer

_LANGUAGE: Final = "en"
_DEFAULT_MODEL: Final = "en_core_web_lg"


def load(where: str) -> Recognizer:
    """Return the analyzer that the file `where` configures; empty means Presidio's defaults.

    Raises:
        ModelError: Presidio or a model is not installed, or the file cannot be used.
    """
    presidio = library("presidio_analyzer")
    for model in _models(where) if where else [_DEFAULT_MODEL]:
        if (
            importlib.util.find_spec(model) is None
            if model.isidentifier()
            else not Path(model).is_dir()
        ):
            raise ModelError(
                f"the spaCy model {model} is not installed, and phiguard fetches none; "
                "install it, or name another"
            )
    _fetch_no_domains()
    if not where:
        return _Presidio(presidio.AnalyzerEngine())
    return _Presidio(
        presidio.AnalyzerEngineProvider(analyzer_engine_conf_file=where).create_engine()
    )


def _fetch_no_domains() -> None:
    try:
        domains = importlib.import_module("tldextract.tldextract")
    except ImportError:
        return
    domains.TLD_EXTRACTOR.suffix_list_urls = ()


def _models(where: str) -> list[str]:
    """Return the models that a configuration names."""
    try:
        read = yaml.safe_load(Path(where).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        raise ModelError("unreadable; give the YAML file of a Presidio analyzer engine") from None
    configuration = read.get("nlp_configuration") if isinstance(read, dict) else None
    if not isinstance(configuration, dict) or not isinstance(configuration.get("models"), list):
        raise ModelError("names no models; give nlp_configuration.models in it")
    return [
        str(model.get("model_name", ""))
        for model in configuration["models"]
        if isinstance(model, dict)
    ]


class _Presidio:
    def __init__(self, analyzer: Any) -> None:  # noqa: ANN401 - Presidio's types are not installed
        self._analyzer = analyzer

    def find(self, text: str) -> Iterator[Recognized]:
        for result in self._analyzer.analyze(text=text, language=_LANGUAGE):
            if kind := info_type(result.entity_type):
                yield Recognized(kind, result.start, result.end, result.score)
