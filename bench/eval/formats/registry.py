"""All generators, by the name of their format."""

from collections.abc import Callable
from types import MappingProxyType
from typing import Final

from bench.eval.document import Document
from bench.eval.formats import (
    binary,
    containers,
    data_models,
    exchange,
    fhir,
    hl7v2,
    json_shapes,
    log_lines,
    office,
    openehr,
    web,
    x12,
    xml_health,
)
from bench.eval.formats.ordinary import business, general, look_alikes, titles
from bench.eval.formats.texts import charts, dialogues, notes, prose

Generator = Callable[[str], Document]

PHI: Final = MappingProxyType(
    {
        "fhir-json": fhir.single,
        "fhir-bundle": fhir.bundle,
        "fhir-ndjson": fhir.ndjson,
        "fhir-xml": xml_health.fhir_xml,
        "hl7v2": hl7v2.message,
        "ccda": xml_health.ccda,
        **{name: x12.maker(name) for name in x12.FORMATS},
        "ncpdp-telecom": binary.telecom,
        "ncpdp-script": xml_health.script,
        "dicom": binary.dicom,
        "dicom-json": json_shapes.dicom_json,
        "openehr": openehr.openehr,
        "exchange": exchange.exchange,
        "json": json_shapes.generic,
        "graphql": json_shapes.graphql,
        "form": web.form,
        "multipart": web.multipart,
        "csv": web.table,
        "data-model": data_models.table,
        "xml": xml_health.generic,
        "yaml": office.yaml,
        "html": office.page,
        "e-mail": office.mail,
        "sql": office.sql,
        "log": web.log,
        "log-lines": log_lines.spread,
        "note": notes.note,
        "prose": prose.prose,
        "chart": charts.chart,
        "chart-unseen": charts.unseen,
        "protobuf": binary.protobuf,
        "container": containers.packed,
    }
)
"""Formats whose documents are PHI."""
NEGATIVE: Final = MappingProxyType(
    {
        "not-phi": general.general,
        "business": business.business,
        "look-alike": look_alikes.look_alike,
        "dialogue": dialogues.dialogue,
        "title": titles.title,
        "container-clean": containers.ordinary,
        "log-clean": log_lines.ordinary,
    }
)
"""Formats whose documents are not PHI."""
UNSTRUCTURED: Final = frozenset(
    (
        "note",
        "prose",
        "chart",
        "chart-unseen",
        "log",
        "log-lines",
        "protobuf",
        "e-mail",
        "container",
    )
)
"""Formats whose identifiers occur in free text."""
UNGATED: Final = frozenset(("sql",))
"""Formats that are measured without a target."""


def corpus(seed: int, size: int, only: str) -> list[Document]:
    """Return `size` documents of each PHI format, and fifteen times as many of each negative one.

    `only` names the one format to generate; "" means all formats.
    """
    made: list[Document] = []
    for table, count in ((PHI, size), (NEGATIVE, size * 15)):
        for name, generator in table.items():
            if not only or only == name:
                made += [generator(f"{seed}/{name}/{i}") for i in range(count)]
    return made
