"""X12 5010 transactions of the HIPAA implementation guides.

The transactions are 837P, 837I, 835, 834, 270, 271, 276 and 277.
"""

# ruff: noqa: D102 - each method makes one kind of segment, named as in the standard

from collections.abc import Callable
from datetime import timedelta

from bench.eval.document import Document
from bench.eval.formats.case import Case, ymd
from bench.eval.people import Patient, Provider, Visit


class Interchange:
    """Builds segments with the separators of one interchange."""

    def __init__(self, case: Case) -> None:
        self.case, inv = case, case.inv
        self.e, self.s, self.r = inv.pick("*", "*", "*", "|"), inv.pick(":", ":", ">"), "^"
        self.t = inv.pick("~", "~", "~\n", "~\r\n", "\n")
        self.p: Patient = inv.patient()
        self.d: Provider = inv.provider()
        self.v: Visit = inv.visit()

    def seg(self, *elements: str) -> str:
        return self.e.join(elements).rstrip(self.e) + self.t

    def text(self, value: str) -> str:
        """Replace separators with `-`. Mostly write upper case, as in X12's basic set."""
        clean = "".join("-" if c in f"{self.e}{self.s}{self.r}{self.t}" else c for c in value)
        return clean.upper() if self.case.inv.chance(0.8) else clean

    def envelope(self, code: str, version: str, body: list[str], kind: str) -> str:
        inv, day = self.case.inv, self.v.discharged + timedelta(days=3)
        isa = (
            "ISA",
            "00",
            " " * 10,
            "00",
            " " * 10,
            "ZZ",
            f"{'SENDER' + inv.digits(4):<15}",
            "ZZ",
            f"{'RECEIVER' + inv.digits(3):<15}",
            day.strftime("%y%m%d"),
            "1253",
            self.r,
            "00501",
            inv.digits(9),
            "0",
            "T",
            self.s,
        )
        head = self.e.join(isa) + self.t
        group = self.seg("GS", kind, "SENDER", "RECEIVER", ymd(day), "1253", "1", "X", version)
        transaction = self.seg("ST", code, "0001", version) + "".join(body)
        return (
            head
            + group
            + transaction
            + self.seg("SE", str(len(body) + 2), "0001")
            + self.seg("GE", "1", "1")
            + self.seg("IEA", "1", isa[13])
        )

    def person(self, qualifier: str, p: Patient, id_kind: str = "MI", number: str = "") -> str:
        case = self.case
        names = [case.phi("PERSON_NAME", self.text(part)) for part in (p.family, p.given, p.middle)]
        ids = (id_kind, case.phi("HEALTH_PLAN_BENEFICIARY_NUMBER", number, "GHR")) if number else ()
        return self.seg("NM1", qualifier, "1", *names, "", "", *ids)

    def clinician(self, qualifier: str) -> str:
        case, d = self.case, self.d
        return self.seg(
            "NM1",
            qualifier,
            "1",
            case.staff("PERSON_NAME", self.text(d.family)),
            case.staff("PERSON_NAME", self.text(d.given)),
            "",
            "",
            "",
            "XX",
            case.staff("US_HEALTHCARE_NPI", d.npi),
        )

    def organization(self, qualifier: str, kind: str = "XX") -> str:
        return self.seg(
            "NM1",
            qualifier,
            "2",
            self.text(self.d.organization),
            "",
            "",
            "",
            "",
            kind,
            self.case.staff("US_HEALTHCARE_NPI", self.case.inv.npi())
            if kind == "XX"
            else self.case.inv.digits(5),
        )

    def place(self, p: Patient) -> list[str]:
        case = self.case
        return [
            self.seg("N3", case.phi("STREET_ADDRESS", self.text(p.street))),
            self.seg(
                "N4",
                case.phi("CITY", self.text(p.city)),
                p.state,
                case.phi("US_ZIP_CODE", p.zip.replace("-", "")),
            ),
        ]

    def office(self) -> list[str]:
        case, d = self.case, self.d
        return [
            self.seg("N3", case.staff("STREET_ADDRESS", self.text(d.street))),
            self.seg(
                "N4",
                case.staff("CITY", self.text(d.city)),
                d.state,
                case.staff("US_ZIP_CODE", d.zip.replace("-", "")),
            ),
        ]

    def demographics(self, p: Patient) -> str:
        return self.seg("DMG", "D8", self.case.phi("DATE_OF_BIRTH", ymd(p.born)), p.sex)

    def served(self, qualifier: str, ranged: bool = False) -> str:
        v, case = self.v, self.case
        if ranged:
            return self.seg(
                "DTP",
                qualifier,
                "RD8",
                case.phi("SERVICE_DATE", f"{ymd(v.admitted)}-{ymd(v.discharged)}"),
            )
        return self.seg("DTP", qualifier, "D8", case.phi("SERVICE_DATE", ymd(v.admitted)))

    def claim_number(self) -> str:
        return self.case.phi("ACCOUNT_NUMBER", self.text(self.v.claim), "HR")


def _claim(x: Interchange, *, institutional: bool) -> list[str]:
    case, inv, p = x.case, x.case.inv, x.p
    body = [
        x.seg("BHT", "0019", "00", inv.digits(5), ymd(x.v.discharged), "1253", "CH"),
        x.organization("41", "46"),
        x.seg("PER", "IC", x.text("BILLING OFFICE"), "TE", case.staff("PHONE_NUMBER", x.d.phone)),
        x.organization("40", "46"),
        x.seg("HL", "1", "", "20", "1"),
        x.seg("PRV", "BI", "PXC", "207Q00000X"),
        x.organization("85"),
        *x.office(),
        x.seg("REF", "EI", case.may("US_INDIVIDUAL_TAXPAYER_IDENTIFICATION_NUMBER", inv.digits(9))),
        x.seg("HL", "2", "1", "22", "0"),
        x.seg("SBR", "P", "18", "", "", "", "", "", "", inv.pick("CI", "MB", "MC")),
    ]
    body += [x.person("IL", p, "MI", inv.pick(p.member, p.mbi)), *x.place(p), x.demographics(p)]
    if inv.chance(0.3):
        body.append(
            x.seg("REF", "SY", case.phi("US_SOCIAL_SECURITY_NUMBER", p.ssn.replace("-", "")))
        )
    body.append(x.seg("NM1", "PR", "2", "MERIDIAN CARE", "", "", "", "", "PI", inv.digits(5)))
    if inv.chance(0.4):
        child = inv.patient()
        body += [
            x.seg("HL", "3", "2", "23", "0"),
            x.seg("PAT", "19"),
            x.person("QC", child),
            *x.place(child),
            x.demographics(child),
        ]
    place = x.s.join(("11", "A" if institutional else "B", "1"))
    body += [x.seg("CLM", x.claim_number(), x.v.amount, "", "", place, "Y", "A", "Y", "Y")]
    if institutional:
        body += [x.served("434", ranged=True), x.served("435"), x.seg("CL1", "1", "7", "30")]
    if inv.chance(0.4):
        body.append(x.seg("REF", "EA", case.phi("MEDICAL_RECORD_NUMBER", x.text(p.mrn))))
    body.append(x.seg("HI", x.s.join(("ABK", x.v.diagnosis[0].replace(".", "")))))
    body.append(x.clinician("71" if institutional else "82"))
    body.append(x.seg("LX", "1"))
    body.append(
        x.seg("SV2", "0300", x.s.join(("HC", x.v.procedure)), x.v.amount, "UN", "1")
        if institutional
        else x.seg("SV1", x.s.join(("HC", x.v.procedure)), x.v.amount, "UN", "1", "", "", "1")
    )
    body.append(x.served("472"))
    return body


def _professional(x: Interchange) -> str:
    return x.envelope("837", "005010X222A1", _claim(x, institutional=False), "HC")


def _institutional(x: Interchange) -> str:
    return x.envelope("837", "005010X223A2", _claim(x, institutional=True), "HC")


def _remittance(x: Interchange) -> str:
    case, inv, p, v = x.case, x.case.inv, x.p, x.v
    body = [
        x.seg(
            "BPR",
            "I",
            v.amount,
            "C",
            "ACH",
            "CCP",
            "01",
            case.may("US_BANK_ROUTING_NUMBER", "999999992"),
            "DA",
            case.may("ACCOUNT_NUMBER", inv.digits(9)),
            inv.digits(10),
            "",
            "01",
            "999988880",
            "DA",
            case.may("ACCOUNT_NUMBER", inv.digits(8)),
            ymd(v.discharged),
        ),
        x.seg("TRN", "1", inv.digits(10), "1" + inv.digits(9)),
        x.seg("DTM", "405", ymd(v.discharged)),
        x.seg("N1", "PR", "MERIDIAN CARE"),
        *x.office(),
        x.seg(
            "N1", "PE", x.text(x.d.organization), "XX", case.staff("US_HEALTHCARE_NPI", inv.npi())
        ),
        x.seg("LX", "1"),
        x.seg(
            "CLP",
            x.claim_number(),
            "1",
            v.amount,
            "80",
            "",
            inv.pick("12", "MC"),
            case.phi("ACCOUNT_NUMBER", inv.digits(13), "R"),
            "11",
        ),
        x.person("QC", p, inv.pick("MI", "HN"), p.member),
    ]
    if inv.chance(0.4):
        body.append(x.person("IL", inv.patient(), "MI", inv.member()))
    body += [
        x.clinician("82"),
        x.seg("DTM", "232", case.phi("SERVICE_DATE", ymd(v.admitted))),
        x.seg("SVC", x.s.join(("HC", v.procedure)), v.amount, "80"),
        x.seg("DTM", "472", case.phi("SERVICE_DATE", ymd(v.admitted))),
        x.seg("CAS", "PR", "2", "16.3"),
    ]
    return x.envelope("835", "005010X221A1", body, "HP")


def _enrollment(x: Interchange) -> str:
    case, inv = x.case, x.case.inv
    body = [
        x.seg("BGN", "00", inv.digits(6), ymd(x.v.admitted), "1200", "", "", "", "2"),
        x.seg("N1", "P5", x.text("UNION WORKERS"), "FI", inv.digits(9)),
        x.seg("N1", "IN", "MERIDIAN CARE", "FI", inv.digits(9)),
    ]
    for _ in range(inv.rng.randint(1, 3)):
        p = inv.patient()
        body += [
            x.seg("INS", "Y", "18", "021", "28", "A", "", "", "FT"),
            x.seg("REF", "0F", case.phi("HEALTH_PLAN_BENEFICIARY_NUMBER", p.member, "GR")),
            x.seg("REF", "1L", case.may("HEALTH_PLAN_BENEFICIARY_NUMBER", inv.digits(6))),
            x.seg("DTP", "356", "D8", case.may("SERVICE_DATE", ymd(x.v.admitted))),
            x.person("IL", p, "34", p.ssn.replace("-", "")),
            x.seg(
                "PER",
                "IP",
                "",
                "HP",
                case.phi("PHONE_NUMBER", p.phone),
                "EM",
                case.phi("EMAIL_ADDRESS", p.email),
            ),
            *x.place(p),
            x.demographics(p),
            x.seg("HD", "021", "", "HLT"),
            x.seg("DTP", "348", "D8", case.may("SERVICE_DATE", ymd(x.v.admitted))),
        ]
    return x.envelope("834", "005010X220A1", body, "BE")


def _eligibility(x: Interchange, code: str) -> str:
    case, inv, p = x.case, x.case.inv, x.p
    body = [
        x.seg(
            "BHT", "0022", "13" if code == "270" else "11", inv.digits(9), ymd(x.v.admitted), "1319"
        ),
        x.seg("HL", "1", "", "20", "1"),
        x.seg("NM1", "PR", "2", "MERIDIAN CARE", "", "", "", "", "PI", inv.digits(5)),
        x.seg("HL", "2", "1", "21", "1"),
        x.clinician("1P"),
        x.seg("HL", "3", "2", "22", "0"),
        x.seg("TRN", "1", case.may("UNIQUE_CODE", inv.digits(12)), "9" + inv.digits(9)),
        x.person("IL", p, "MI", p.member),
    ]
    if code == "271" or inv.chance(0.4):
        body += x.place(p)
    body += [
        x.demographics(p),
        x.seg("DTP", "291", "D8", case.phi("SERVICE_DATE", ymd(x.v.admitted))),
    ]
    body.append(
        x.seg("EQ", "30") if code == "270" else x.seg("EB", "1", "", "30", "HM", "GOLD PLAN")
    )
    return x.envelope(code, "005010X279A1", body, "HS" if code == "270" else "HB")


def _inquiry(x: Interchange) -> str:
    return _eligibility(x, "270")


def _answer(x: Interchange) -> str:
    return _eligibility(x, "271")


def _status(x: Interchange, code: str) -> str:
    case, inv, p = x.case, x.case.inv, x.p
    body = [
        x.seg(
            "BHT",
            "0010",
            "13" if code == "276" else "08",
            inv.digits(9),
            ymd(x.v.discharged),
            "1417",
        ),
        x.seg("HL", "1", "", "20", "1"),
        x.seg("NM1", "PR", "2", "MERIDIAN CARE", "", "", "", "", "PI", inv.digits(5)),
        x.seg("HL", "2", "1", "21", "1"),
        x.organization("41", "46"),
        x.seg("HL", "3", "2", "19", "1"),
        x.organization("1P"),
        x.seg("HL", "4", "3", "22", "0"),
        x.demographics(p),
        x.person("IL", p, "MI", p.member),
        x.seg("TRN", "1" if code == "276" else "2", x.claim_number()),
    ]
    if code == "277":
        body.append(x.seg("STC", x.s.join(("P3", "317")), ymd(x.v.discharged), "", x.v.amount))
    body += [
        x.seg("REF", "1K", case.phi("ACCOUNT_NUMBER", inv.digits(12), "R")),
        x.served("472", ranged=True),
    ]
    return x.envelope(code, "005010X212", body, "HR" if code == "276" else "HN")


def _status_request(x: Interchange) -> str:
    return _status(x, "276")


def _status_answer(x: Interchange) -> str:
    return _status(x, "277")


_KINDS: dict[str, tuple[Callable[[Interchange], str], ...]] = {
    "x12-837": (_professional, _institutional),
    "x12-835": (_remittance,),
    "x12-834": (_enrollment,),
    "x12-270/271": (_inquiry, _answer),
    "x12-276/277": (_status_request, _status_answer),
}


def maker(format_name: str) -> Callable[[str], Document]:
    """Return the generator of one kind of transaction."""

    def transaction(seed: str) -> Document:
        case = Case(seed, format_name)
        make = case.inv.pick(*_KINDS[format_name])
        return case.document(
            make(Interchange(case)),
            case.inv.pick("application/edi-x12", "application/EDI-X12", "text/plain", ""),
            style=make.__name__.strip("_"),
        )

    return transaction


FORMATS = tuple(_KINDS)
