"""Runs presidio-structured on the tables of standard input. Runs in `.peers-venv`.

It prints, for each table, the entity that it maps each column to.
"""

import json
import sys

import pandas
from presidio_structured import PandasAnalysisBuilder


def main() -> None:
    """Read the tables, and print what is said of them."""
    builder = PandasAnalysisBuilder()
    said = []
    for table in json.load(sys.stdin):
        frame = pandas.DataFrame(table["rows"], columns=table["columns"])
        said.append(builder.generate_analysis(frame).entity_mapping)
    json.dump(said, sys.stdout)


main()
