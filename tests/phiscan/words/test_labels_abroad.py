"""Labels in German, French and Spanish."""

import json
from urllib.parse import urlencode

import pytest

import phiscan
from phiscan.finding import Subject, Verdict
from phiscan.words.labels import RULES, read_label
from phiscan.words.labels_abroad import VOCABULARY_ABROAD


@pytest.mark.parametrize(
    ("label", "info_type"),
    [
        ("nachname", "PERSON_NAME"),
        ("Patientenname", "PERSON_NAME"),
        ("geb_datum", "DATE_OF_BIRTH"),
        ("Straße", "STREET_ADDRESS"),
        ("versichertennummer", "HEALTH_PLAN_BENEFICIARY_NUMBER"),
        ("Prénom", "PERSON_NAME"),
        ("dateNaissance", "DATE_OF_BIRTH"),
        ("numéro de sécurité sociale", "HEALTH_PLAN_BENEFICIARY_NUMBER"),
        ("apellidoPaterno", "PERSON_NAME"),
        ("nombre_del_paciente", "PERSON_NAME"),
        ("numero_historia_clinica", "MEDICAL_RECORD_NUMBER"),
        ("diagnóstico", "DIAGNOSIS"),
        ("numero_seguro_social", "US_SOCIAL_SECURITY_NUMBER"),
    ],
)
def test_a_label_means_what_it_means_in_english(label, info_type):
    rule = read_label(label).rule
    assert rule is not None
    assert rule.info_type == info_type


def test_no_core_takes_the_meaning_of_an_english_one():
    for kind, _, subject, weak, cores in VOCABULARY_ABROAD:
        for core in cores.split():
            rule = RULES[core.replace("-", "")]
            assert (rule.info_type, rule.subject, rule.weak) == (kind, subject, weak), core


RECORDS = [
    {"nachname": "Ruiz", "vorname": "Ana", "geburtsdatum": "1961-04-12", "diagnose": "Gicht"},
    {"patientennummer": "7730145", "diagnosen": "M10.9"},
    {"nom": "Ruiz", "prenom": "Ana", "date_naissance": "1961-04-12", "diagnostic": "goutte"},
    {"nomPatient": "Ana Ruiz", "dateNaissance": "1961-04-12", "medicaments": "allopurinol"},
    {"apellidos": "Ruiz", "nombre": "Ana", "fecha_nacimiento": "1961-04-12", "diagnóstico": "gota"},
    {"paciente": "Ana Ruiz", "historia_clinica": "7730145", "diagnostico": "gota"},
]


@pytest.mark.parametrize("record", RECORDS)
def test_a_record_is_phi_in_every_spelling(record):
    as_form = urlencode(record)
    as_table = ",".join(record) + "\n" + ",".join(record.values()) + "\n"
    as_xml = "<a>" + "".join(f"<{key}>{value}</{key}>" for key, value in record.items()) + "</a>"
    for text in (
        json.dumps(record),
        json.dumps(record, ensure_ascii=False),
        as_form,
        as_table,
        as_xml,
    ):
        assert phiscan.scan(text.encode()).verdict is Verdict.PHI, text


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (
            {"diagnostic": {"code": "E0308", "message": "mismatched types"}, "nom": "main.rs"},
            "a compiler",
        ),
        (
            {"diagnostico": "fallo de red", "nombre": "nodo-7", "correo": "a@fernmail.net"},
            "a network",
        ),
        ({"diagnose": "DNS lookup failed", "nachname": "Ruiz"}, "a ticket"),
        (
            {"versicherungsnummer": "AP7730145", "nachname": "Ruiz", "diagnose": "Motorschaden"},
            "a car",
        ),
        ({"nom": "Ruiz", "prenom": "Ana", "commande": "C771", "ville": "Lyon"}, "an order"),
        ({"nombre": "Ana Ruiz", "telefono": "515-234-8890", "pedido": "A-771"}, "an order"),
        ({"paciente": "estable", "diagnostico": "gota"}, "a state"),
    ],
)
def test_words_of_programs_and_orders_are_nobodys_health(record, reason):
    assert phiscan.scan(json.dumps(record).encode()).verdict is not Verdict.PHI, reason


def test_a_patient_is_named_in_each_language():
    for label in ("paciente_nombre", "nombre del paciente", "patientin"):
        assert read_label(label).subject is Subject.PATIENT
