"""InfoTypes: their kinds and traits."""

import ast
from pathlib import Path

import pytest

from phiscan.finding import Finding, Likelihood, Location, ScanReport, Subject, Verdict
from phiscan.identifiers import (
    CREDENTIALS,
    INFO_TYPES,
    Identifier,
    InfoType,
    InfoTypeKind,
    Trait,
    having,
)
from phiscan.redaction.redact import redact
from phiscan.verdict import verdict

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("kind", "identifier"),
    [
        (InfoTypeKind.IDENTIFIER, None),
        (InfoTypeKind.HEALTH, Identifier.NAME),
        (InfoTypeKind.CREDENTIAL, Identifier.OTHER),
    ],
)
def test_identifiers_have_a_class_and_nothing_else_has_one(kind, identifier):
    with pytest.raises(ValueError, match="class"):
        InfoType("X", kind, "x", identifier)


def test_every_class_has_an_infotype_and_every_kind_too():
    types = INFO_TYPES.values()
    assert {t.identifier for t in types} == {*Identifier, None}
    assert {t.kind for t in types} == set(InfoTypeKind)


def test_only_identifiers_have_traits():
    assert {t.kind for t in INFO_TYPES.values() if t.traits or t.least_repeat} == {
        InfoTypeKind.IDENTIFIER
    }


def test_a_trait_names_its_infotypes():
    assert having(Trait.GIVEN_TO_PATIENTS) == {
        "MEDICAL_RECORD_NUMBER",
        "US_MEDICARE_BENEFICIARY_ID_NUMBER",
    }
    assert having(Trait.ADDRESS) < having(Trait.PUBLISHED)
    assert having(Trait.SHARED) < having(Trait.OF_NOBODY_ALONE)


def test_a_finding_takes_class_and_kind_from_its_infotype():
    for info_type in INFO_TYPES.values():
        finding = Finding.of(info_type, Likelihood.LIKELY, "t", Location(), Subject.PERSON)
        assert (finding.info_type, finding.identifier, finding.kind) == (
            info_type.name,
            info_type.identifier,
            info_type.kind,
        )


def _found(info_type: InfoType, subject: Subject = Subject.PATIENT) -> Finding:
    return Finding.of(info_type, Likelihood.VERY_LIKELY, "t", Location("", 0, 3), subject)


def test_an_organisations_own_infotype_means_what_its_kind_says():
    chart = _found(InfoType("CHART", InfoTypeKind.IDENTIFIER, "chart", Identifier.OTHER))
    arm = _found(InfoType("ARM", InfoTypeKind.HEALTH, "study arm"))
    key = _found(InfoType("DOOR", InfoTypeKind.CREDENTIAL, "door code"))
    assert verdict([chart, arm]) is Verdict.PHI
    assert verdict([chart, key]) is Verdict.IDENTIFIERS
    assert verdict([arm, key]) is Verdict.HEALTH
    assert verdict([key]) is Verdict.NONE


def test_a_kind_that_no_rule_knows_changes_nothing():
    threat = _found(INFO_TYPES["PASSWORD"])._replace(info_type="THREAT", kind="threat")
    name = _found(INFO_TYPES["PERSON_NAME"])
    assert verdict([threat]) is Verdict.NONE
    assert verdict([threat, name]) is Verdict.IDENTIFIERS
    assert not threat.is_individuals
    assert redact(b"rm -rf", ScanReport((threat,), media="text")) == b"rm -rf"


@pytest.mark.parametrize("name", sorted(CREDENTIALS))
def test_a_credential_is_about_no_individual(name):
    assert not _found(INFO_TYPES[name]).is_individuals


NO_PROPERTY = {
    "phiscan/formats/dicom/targets.py",  # infoTypes that DICOM writes as a date
    "phiscan/formats/fhir/targets.py",  # infoTypes of search parameters that are no numbers
    "phiscan/words/label_vocabulary.py",  # infoTypes whose labels are also reasons for a visit
    "mesh/policy_file/groups.py",  # groups of 45 CFR 164.514(e)(2)
}


def test_no_module_lists_infotypes_by_a_property():
    """A set of several infoTypes is a trait of InfoType."""
    found = {
        str(path.relative_to(ROOT))
        for root in ("phiscan", "mesh", "extauthz")
        for path in (ROOT / root).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("frozenset", "set")
        and len(_named(node)) > 1
    }
    assert found == NO_PROPERTY


def _named(node: ast.AST) -> set[str]:
    texts = [n.value for n in ast.walk(node) if isinstance(n, ast.Constant)]
    words = {word for text in texts if isinstance(text, str) for word in text.split()}
    return words & set(INFO_TYPES) - {"URL"}
