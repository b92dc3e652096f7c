"""The kinds of columns that hold individuals' identifiers and health information."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bench.eval.at_rest.nested import note
from bench.eval.at_rest.person import Person
from bench.eval.people import Invent

Value = Callable[[Person, Invent], object]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of column.

    Args:
        name: of the kind.
        classes: that name it rightly; `+` is health information.
        value: of one person.
        useful: names of the column, in English.
        run: the same, run together as old systems have it.
        foreign: by language.
        tells: whether a column of such values beside people tells what it is, without its name.
    """

    name: str
    classes: str
    value: Value
    useful: tuple[str, ...]
    run: tuple[str, ...]
    foreign: dict[str, tuple[str, ...]]
    tells: bool


_Names = tuple[tuple[str, ...], tuple[str, ...], dict[str, tuple[str, ...]]]


def _names(useful: str, run: str, foreign: str) -> _Names:
    """Read names of a column: useful ones, run together, and `French | German | Spanish`."""
    languages = zip(("fr", "de", "es"), foreign.split("|"), strict=False)
    return (
        tuple(useful.split()),
        tuple(run.split()),
        {language: tuple(text.split()) for language, text in languages if text.strip()},
    )


def _kind(name: str, classes: str, value: Value, names: _Names, *, tells: bool) -> Kind:
    return Kind(name, classes, value, *names, tells)


def _full_name(person: Person, _: Invent) -> str:
    p = person.patient
    return f"{p.family}, {p.given}" if person.day == "%m/%d/%Y" else f"{p.given} {p.family}"


def _phone(person: Person, invent: Invent) -> str:
    phone = person.patient.phone
    return phone if phone.startswith("+") else invent.written_phone(phone)


def _drug(person: Person, _: Invent) -> str:
    return person.visit.drug[0]


KINDS: Final = (
    _kind(
        "full name",
        "A",
        _full_name,
        _names(
            "patient_name full_name pat_full_name member_name",
            "patientfullname PATNAME ptname patnm",
            "nom_complet nom_patient|patientenname|nombre_completo nombre_paciente",
        ),
        tells=True,
    ),
    _kind(
        "given name",
        "A",
        lambda p, _: p.patient.given,
        _names(
            "first_name given_name pat_first_name",
            "fname firstnm PTFNAME patfirstname",
            "prenom prénom|vorname|nombre nombre_pila",
        ),
        tells=True,
    ),
    _kind(
        "family name",
        "A",
        lambda p, _: p.patient.family,
        _names(
            "last_name surname family_name",
            "lname lastnm PTLNAME patlastname",
            "nom_famille nom_de_famille|nachname familienname|apellido apellidos",
        ),
        tells=False,
    ),
    _kind(
        "birth date",
        "C",
        lambda p, _: p.dated(p.patient.born),
        _names(
            "dob birth_date date_of_birth",
            "dobdt birthdt PTDOB birthdate",
            "date_naissance date_de_naissance|geburtsdatum geb_datum|fecha_nacimiento",
        ),
        tells=True,
    ),
    _kind(
        "ssn",
        "G",
        lambda p, _: p.patient.ssn,
        _names("ssn social_security_number patient_ssn", "ptssn ssnnbr SSNNO socsecno", ""),
        tells=True,
    ),
    _kind(
        "record number",
        "HR",
        lambda p, _: p.patient.mrn,
        _names(
            "mrn medical_record_number chart_no",
            "medrecno ptmrn MRNNBR chartno",
            "no_dossier|patientennummer aktennummer|numero_historia_clinica num_historia",
        ),
        tells=False,
    ),
    _kind(
        "patient id",
        "HR",
        lambda _, i: i.digits(7),
        _names("patient_id", "patientid ptid patid", "id_patient|patienten_id|id_paciente"),
        tells=False,
    ),
    _kind(
        "phone",
        "D",
        _phone,
        _names(
            "phone home_phone mobile_phone",
            "homephone cellno PHONENBR phonenum",
            "telephone tel_portable|telefon telefonnummer|telefono telefono_movil",
        ),
        tells=True,
    ),
    _kind(
        "e-mail",
        "F",
        lambda p, _: p.patient.email,
        _names(
            "email email_address",
            "emailaddr EMAILADR ptemail",
            "courriel adresse_email|email_adresse mailadresse|correo correo_electronico",
        ),
        tells=True,
    ),
    _kind(
        "street",
        "B",
        lambda p, _: p.patient.street,
        _names(
            "street_address address_line1 home_address",
            "homeaddr addrline1 STADDR staddr1",
            "adresse rue|strasse anschrift|direccion domicilio",
        ),
        tells=True,
    ),
    _kind(
        "city",
        "B",
        lambda p, _: p.patient.city,
        _names(
            "city home_city",
            "cityname homecity CITYNM",
            "ville commune|stadt wohnort|ciudad localidad",
        ),
        tells=False,
    ),
    _kind(
        "postal code",
        "B",
        lambda p, _: p.patient.zip,
        _names(
            "zip postal_code zip_code",
            "zipcd ZIPCODE postalcd",
            "code_postal|plz postleitzahl|codigo_postal",
        ),
        tells=False,
    ),
    _kind(
        "member number",
        "IR",
        lambda p, _: p.patient.member,
        _names(
            "member_id subscriber_number insurance_id",
            "mbrid MEMBERNO subscrno memberid",
            "numero_assure|versichertennummer|numero_afiliado",
        ),
        tells=False,
    ),
    _kind(
        "mbi",
        "I",
        lambda p, _: p.patient.mbi,
        _names("mbi medicare_number", "mbinbr MBINO medicareno", ""),
        tells=True,
    ),
    _kind(
        "diagnosis code",
        "+",
        lambda p, _: p.visit.diagnosis[0],
        _names(
            "diagnosis_code icd10 dx_code icd_code",
            "dxcd icdcode DIAGCD diagcode",
            "code_diagnostic code_cim10|diagnose_code icd_schluessel|codigo_diagnostico",
        ),
        tells=True,
    ),
    _kind(
        "diagnosis",
        "+",
        lambda p, _: p.visit.diagnosis[1],
        _names(
            "diagnosis diagnosis_text dx_desc",
            "dxdesc DIAGTXT diagdesc",
            "diagnostic|diagnose|diagnostico",
        ),
        tells=True,
    ),
    _kind(
        "drug",
        "+",
        _drug,
        _names(
            "medication drug_name med_name",
            "drugnm MEDNAME rxname",
            "medicament|medikament|medicamento",
        ),
        tells=True,
    ),
    _kind(
        "test code",
        "+",
        lambda p, _: p.visit.lab[0],
        _names(
            "loinc loinc_code lab_code",
            "loinccd LABCD loinccode",
            "code_loinc|loinc_code|codigo_loinc",
        ),
        tells=True,
    ),
    _kind(
        "admission",
        "C",
        lambda p, _: p.dated(p.visit.admitted),
        _names(
            "admission_date service_date visit_date",
            "admitdt svcdt ADMDATE admdt",
            "date_admission date_entree|aufnahmedatum|fecha_ingreso fecha_admision",
        ),
        tells=False,
    ),
    _kind(
        "account",
        "JR",
        lambda p, _: p.patient.account,
        _names(
            "account_number patient_account_number",
            "acctno ACCTNBR ptacct",
            "numero_compte|kontonummer|numero_cuenta",
        ),
        tells=False,
    ),
    _kind(
        "note",
        "+ABCDFH",
        note,
        _names(
            "clinical_note progress_note note_text",
            "notetxt CLINNOTE progressnote",
            "note_clinique|arztbrief|nota_clinica",
        ),
        tells=True,
    ),
)
BY_NAME: Final = {kind.name: kind for kind in KINDS}
MISLEADING: Final = (
    "product_name status_code invoice_no sku vendor remarks2 unit_price branch category "
    "version_tag batch_no parent_ref sort_key display_label item_code warehouse flag_text color "
    "config_value last_sync group_name shelf carrier net_kg"
).split()
"""Names that say something else."""
