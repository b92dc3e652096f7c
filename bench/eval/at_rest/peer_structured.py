"""Runs presidio-structured on the tables of standard input. Runs in `.peers-venv`.

It runs without a language model, because none is installed: names and places are then left to what
its patterns find. It prints, for each table, the entity that it maps each column to.
"""

import json
import sys

import pandas
import spacy
import tldextract
from presidio_analyzer import AnalyzerEngine
from presidio_analyzer.nlp_engine import SpacyNlpEngine
from presidio_structured import PandasAnalysisBuilder


class Blank(SpacyNlpEngine):
    """Tokens, and nothing else."""

    def load(self) -> None:
        """Load no model."""
        self.nlp = {"en": spacy.blank("en")}


def main() -> None:
    """Read the tables, and print what is said of them."""
    # the list of domains that the package has, and none from the network
    tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=())
    engine = Blank()
    engine.load()
    analyzer = AnalyzerEngine(nlp_engine=engine, supported_languages=["en"])
    builder = PandasAnalysisBuilder(analyzer=analyzer)
    said = []
    for table in json.load(sys.stdin):
        frame = pandas.DataFrame(table["rows"], columns=table["columns"])
        said.append(builder.generate_analysis(frame).entity_mapping)
    json.dump(said, sys.stdout)


main()
