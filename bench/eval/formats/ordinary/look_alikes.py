"""Health care documents that are about no patient."""

from collections.abc import Callable

from bench.eval.document import Document
from bench.eval.formats.case import Case
from bench.eval.formats.ordinary import catalogues, publications
from bench.eval.formats.ordinary.made import Made, one_of
from phiscan.finding import Verdict

_LOOK_ALIKES: tuple[Callable[[Case], Made], ...] = (
    catalogues.conformance,
    catalogues.conformance,
    publications.directory,
    publications.provider_table,
    publications.provider_json,
    catalogues.lab_catalogue,
    catalogues.drug_catalogue,
    catalogues.code_table,
    publications.statistics,
    publications.article,
    publications.clinic_page,
    publications.guideline,
    catalogues.api_description,
    catalogues.acknowledgement,
    catalogues.master_file,
    catalogues.supplies,
    publications.deidentified,
    publications.plan_brochure,
)


def look_alike(seed: str) -> Document:
    """A health care document that is about no patient."""
    return one_of(Case(seed, "look-alike"), _LOOK_ALIKES, Verdict.HEALTH)
