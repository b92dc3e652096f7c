"""Tables of published data models, the kind that research and claims departments exchange.

The header names the data model; no label names a person. The models are Synthea's CSV, CMS
DE-SynPUF, OMOP, MIMIC, PCORnet, i2b2, CDISC SDTM, and claims with payers' column names.
"""

from collections.abc import Callable

from bench.eval.document import Document
from bench.eval.formats.case import Case, ymd

Rows = tuple[str, list[list[str]]]


def _key(case: Case, info_type: str = "PATIENT_REFERENCE") -> str:
    inv = case.inv
    return case.phi(
        info_type,
        inv.pick(
            inv.digits(5), f"P{inv.digits(6)}", f"{inv.digits(8)}-{inv.digits(4)}-4{inv.digits(3)}"
        ),
        "HIR",
    )


def _day(case: Case, compact: bool = False) -> str:
    day = case.inv.visit().admitted
    return case.phi("SERVICE_DATE", ymd(day) if compact else day.isoformat())


def _born(case: Case, compact: bool = False) -> str:
    day = case.inv.patient().born
    return case.phi("DATE_OF_BIRTH", ymd(day) if compact else day.isoformat())


def _code(case: Case) -> str:
    return case.inv.visit().diagnosis[0]


def _synthea(case: Case) -> list[str]:
    return [
        _day(case),
        "",
        _key(case),
        f"e-{case.inv.digits(6)}",
        "44054006",
        "Diabetes mellitus type 2",
    ]


def _synthea_patients(case: Case) -> list[str]:
    p = case.inv.patient()
    named = (
        case.phi("PERSON_NAME", f"{p.given}{case.inv.digits(3)}"),
        case.phi("PERSON_NAME", f"{p.family}{case.inv.digits(3)}"),
    )
    place = (
        case.phi("STREET_ADDRESS", p.street),
        case.phi("CITY", p.city),
        p.state,
        case.phi("US_ZIP_CODE", p.zip[:5]),
    )
    return [
        _key(case),
        case.phi("DATE_OF_BIRTH", p.born.isoformat()),
        "",
        case.phi("US_SOCIAL_SECURITY_NUMBER", p.ssn),
        p.licence and case.phi("US_DRIVERS_LICENSE_NUMBER", f"S{case.inv.digits(8)}"),
        "",
        *named,
        "",
        "white",
        *place,
    ]


def _synpuf(case: Case) -> list[str]:
    return [
        _key(case, "HEALTH_PLAN_BENEFICIARY_NUMBER"),
        case.phi("ACCOUNT_NUMBER", case.inv.digits(15), "IR"),
        _day(case, True),
        _day(case, True),
        "7802",
    ]


def _omop(case: Case) -> list[str]:
    return [case.inv.digits(4), _key(case), "201826", _day(case), _day(case), _code(case)]


def _mimic(case: Case) -> list[str]:
    return [
        _key(case),
        case.phi("UNIQUE_CODE", case.inv.digits(8), "HJ"),
        f"{_day(case)}",
        "URGENT",
        "Medicare",
    ]


def _pcornet(case: Case) -> list[str]:
    return [
        _key(case),
        case.phi("UNIQUE_CODE", f"E{case.inv.digits(7)}", "HJ"),
        "IP",
        _day(case),
        _code(case),
        "10",
    ]


def _i2b2(case: Case) -> list[str]:
    return [
        _key(case),
        case.phi("UNIQUE_CODE", case.inv.digits(7), "HJ"),
        f"ICD10:{_code(case)}",
        _day(case),
    ]


def _sdtm(case: Case) -> list[str]:
    return [
        "ABC-301",
        "DM",
        case.phi("UNIQUE_CODE", f"ABC-301-{case.inv.digits(4)}", "HI"),
        _born(case),
        _day(case),
        "F",
    ]


def _claims(case: Case) -> list[str]:
    return [
        case.phi("ACCOUNT_NUMBER", f"CLM{case.inv.digits(8)}", "IR"),
        case.phi("HEALTH_PLAN_BENEFICIARY_NUMBER", f"M-{case.inv.digits(4)}", "HR"),
        _day(case),
        "99213",
        _code(case),
        "125.00",
    ]


_MODELS: dict[str, tuple[str, Callable[[Case], list[str]]]] = {
    "synthea events": ("START,STOP,PATIENT,ENCOUNTER,CODE,DESCRIPTION", _synthea),
    "synthea patients": (
        "Id,BIRTHDATE,DEATHDATE,SSN,DRIVERS,PASSPORT,FIRST,LAST,MAIDEN,RACE,ADDRESS,CITY,STATE,ZIP",
        _synthea_patients,
    ),
    "de-synpuf": ("DESYNPUF_ID,CLM_ID,CLM_FROM_DT,CLM_THRU_DT,ICD9_DGNS_CD_1", _synpuf),
    "omop": (
        "condition_occurrence_id,person_id,condition_concept_id,condition_start_date,"
        "condition_end_date,condition_source_value",
        _omop,
    ),
    "mimic": ("subject_id,hadm_id,admittime,admission_type,insurance", _mimic),
    "pcornet": ("PATID,ENCOUNTERID,ENC_TYPE,ADMIT_DATE,DX,DX_TYPE", _pcornet),
    "i2b2": ("patient_num,encounter_num,concept_cd,start_date", _i2b2),
    "sdtm": ("STUDYID,DOMAIN,USUBJID,BRTHDTC,RFSTDTC,SEX", _sdtm),
    "claims": (
        "claim_id,member_id,date_of_service,procedure_code,diagnosis_code,paid_amount",
        _claims,
    ),
}


def table(seed: str) -> Document:
    """One table of one model, with any delimiter and a header in any case."""
    case = Case(seed, "data-model")
    inv = case.inv
    model = inv.pick(*_MODELS)
    header, make = _MODELS[model]
    delimiter, end = inv.pick(",", ",", "\t", "|"), inv.pick("\n", "\r\n")
    header = inv.pick(header, header.lower(), header.upper())
    rows = [make(case) for _ in range(inv.rng.randint(1, 12))]
    lines = [header.replace(",", delimiter), *(delimiter.join(row) for row in rows)]
    return case.document(end.join(lines) + end, inv.pick("text/csv", "text/plain", ""), style=model)
