"""HL7 v2.x messages (chapters 2, 3, 4, 6, 7, 10).

The messages are admissions, results, orders, schedules, charges and vaccinations.
"""

# ruff: noqa: D102 - each method makes one kind of segment, named as in the standard

from collections.abc import Callable

from bench.eval.document import Document
from bench.eval.formats.case import Case, ymd
from bench.eval.people import Patient, Provider, Visit

Fields = dict[int, str]


class Message:
    """Builds segments with the delimiters of one message."""

    def __init__(self, case: Case) -> None:
        self.case, inv = case, case.inv
        self.f, self.c, self.r, self.e, self.s = tuple(
            inv.pick(*["|^~\\&"] * 6, "#^~\\&", "|@~\\&", "|^~\\$", "^|~\\&")
        )
        self.version = inv.pick("2.3", "2.3.1", "2.4", "2.5", "2.5.1", "2.7")
        self.p: Patient = inv.patient()
        self.doctor: Provider = inv.provider()
        self.visit: Visit = inv.visit()
        self.upper = inv.chance(0.4)

    def components(self, *parts: str) -> str:
        return self.c.join(parts).rstrip(self.c)

    def segment(self, name: str, fields: Fields) -> str:
        last = max(fields)
        return self.f.join([name, *(fields.get(i, "") for i in range(1, last + 1))])

    def header(self, kind: str) -> str:
        stamp = ymd(self.visit.admitted) + f"{self.visit.hour:02d}{self.visit.minute:02d}00"
        tail = [
            "EHR",
            "ALDER",
            "LIS",
            "LAB",
            stamp,
            "",
            self.components(*kind.split("^")),
            self.case.inv.digits(8),
            "P",
            self.version,
        ]
        return f"MSH{self.f}{self.c}{self.r}{self.e}{self.s}{self.f}" + self.f.join(tail)

    def text(self, value: str) -> str:
        """Escape the delimiters in `value` (chapter 2.7)."""
        out = value.replace(self.e, f"{self.e}E{self.e}")
        for char, letter in ((self.f, "F"), (self.c, "S"), (self.r, "R"), (self.s, "T")):
            out = out.replace(char, f"{self.e}{letter}{self.e}")
        return out.upper() if self.upper else out

    def name(self, p: Patient) -> str:
        case = self.case
        parts = [case.phi("PERSON_NAME", self.text(part)) for part in (p.family, p.given, p.middle)]
        return self.components(
            *parts, "", case.inv.pick("", "MR", "MS"), "", case.inv.pick("L", "")
        )

    def staff(self) -> str:
        case, d = self.case, self.doctor
        return self.components(
            case.inv.pick(case.staff("US_HEALTHCARE_NPI", d.npi), case.inv.digits(5)),
            case.staff("PERSON_NAME", self.text(d.family)),
            case.staff("PERSON_NAME", self.text(d.given)),
            "",
            "",
            "DR",
        )

    def address(self, p: Patient) -> str:
        case = self.case
        return self.components(
            case.phi("STREET_ADDRESS", self.text(p.street)),
            "",
            case.phi("CITY", self.text(p.city)),
            p.state,
            case.phi("US_ZIP_CODE", p.zip),
            case.inv.pick("USA", "US", ""),
            "H",
        )

    def telecom(self, digits: str, p: Patient) -> str:
        case = self.case
        number = case.inv.pick(
            case.phi("PHONE_NUMBER", f"({digits[:3]}){digits[3:6]}-{digits[6:]}"),
            self.components(
                "", "PRN", "PH", "", "1", digits[:3], case.phi("PHONE_NUMBER", digits[3:])
            ),
            case.phi("PHONE_NUMBER", digits),
        )
        if case.inv.chance(0.2):
            number += self.r + self.components(
                "", "NET", "Internet", case.phi("EMAIL_ADDRESS", p.email)
            )
        return number

    def cx(self, info_type: str, value: str, kind: str) -> str:
        return self.components(
            self.case.phi(info_type, value, "HR"),
            "",
            "",
            self.case.inv.pick("ALDER", "HOSP&1.2.3&ISO".replace("&", self.s), ""),
            kind,
        )

    def pid(self) -> str:
        case, p, inv = self.case, self.p, self.case.inv
        ids = self.cx("MEDICAL_RECORD_NUMBER", p.mrn, inv.pick("MR", "MR", "PI", ""))
        if inv.chance(0.3):
            ids += self.r + self.components(
                case.phi("US_SOCIAL_SECURITY_NUMBER", p.ssn), "", "", "SSA", "SS"
            )
        born = ymd(p.born) + inv.pick("", "", "0000", "103000")
        fields: Fields = {
            1: "1",
            3: ids,
            5: self.name(p),
            7: case.phi("DATE_OF_BIRTH", born),
            8: p.sex,
            11: self.address(p),
            13: self.telecom(p.phone, p),
        }
        if inv.chance(0.3):
            fields[2] = self.cx("MEDICAL_RECORD_NUMBER", inv.mrn(), "")
        if inv.chance(0.3):
            fields[6] = self.name(inv.patient())
        if inv.chance(0.3):
            fields[14] = self.telecom(p.mobile, p)
        if inv.chance(0.5):
            fields[18] = self.cx("ACCOUNT_NUMBER", p.account, "AN")
        if inv.chance(0.5):
            fields[19] = case.phi(
                "US_SOCIAL_SECURITY_NUMBER", inv.pick(p.ssn, p.ssn.replace("-", ""))
            )
        if inv.chance(0.1):
            fields[29] = case.phi("DATE_OF_DEATH", ymd(inv.date(2018, 2024)))
        return self.segment("PID", fields)

    def pv1(self) -> str:
        case, v = self.case, self.visit
        fields: Fields = {
            1: "1",
            2: case.inv.pick("I", "O", "E"),
            3: self.components("ICU", "12", "A"),
            7: self.staff(),
            19: self.cx("ACCOUNT_NUMBER", case.inv.digits(8), "VN"),
            44: case.phi("SERVICE_DATE", ymd(v.admitted) + case.inv.pick("", "1015")),
        }
        if case.inv.chance(0.5):
            fields[45] = case.phi("SERVICE_DATE", ymd(v.discharged))
        return self.segment("PV1", fields)

    def nk1(self) -> str:
        relative = self.case.inv.patient()
        return self.segment(
            "NK1",
            {
                1: "1",
                2: self.name(relative),
                3: self.components("MTH", "Mother"),
                4: self.address(relative),
                5: self.telecom(relative.phone, relative),
            },
        )

    def gt1(self) -> str:
        payer = self.case.inv.patient()
        return self.segment(
            "GT1",
            {
                1: "1",
                3: self.name(payer),
                5: self.address(payer),
                6: self.telecom(payer.phone, payer),
                8: self.case.phi("DATE_OF_BIRTH", ymd(payer.born)),
                12: self.case.phi("US_SOCIAL_SECURITY_NUMBER", payer.ssn),
            },
        )

    def in1(self) -> str:
        return self.segment(
            "IN1",
            {
                1: "1",
                2: "HMO",
                3: self.case.inv.digits(5),
                4: "Meridian Care",
                16: self.name(self.p),
                18: self.case.phi("DATE_OF_BIRTH", ymd(self.p.born)),
                36: self.case.phi("HEALTH_PLAN_BENEFICIARY_NUMBER", self.p.member),
            },
        )

    def dg1(self) -> str:
        code, name, _ = self.visit.diagnosis
        return self.segment(
            "DG1",
            {
                1: "1",
                2: "I10",
                3: self.components(code, self.text(name), "I10"),
                5: self.case.phi("SERVICE_DATE", ymd(self.visit.admitted)),
                6: "A",
            },
        )

    def obr(self) -> str:
        code, name = self.visit.lab[:2]
        return self.segment(
            "OBR",
            {
                1: "1",
                2: self.case.inv.digits(6),
                3: self.case.may("UNIQUE_CODE", self.case.inv.digits(9)),
                4: self.components(code, name, "LN"),
                7: self.case.phi("SERVICE_DATE", ymd(self.visit.admitted) + "0815"),
                16: self.staff(),
            },
        )

    def obx(self, number: int) -> str:
        lab = self.case.inv.visit()
        code, name, unit = lab.lab[:3]
        return self.segment(
            "OBX",
            {
                1: str(number),
                2: "NM",
                3: self.components(code, name, "LN"),
                5: lab.value,
                6: self.text(unit),
                8: "N",
                11: "F",
                14: self.case.phi("SERVICE_DATE", ymd(self.visit.admitted)),
            },
        )

    def orc(self) -> str:
        return self.segment("ORC", {1: "NW", 2: self.case.inv.digits(6), 12: self.staff()})

    def nte(self) -> str:
        d = self.visit.diagnosis[1]
        return self.segment("NTE", {1: "1", 3: self.text(f"Results reviewed, {d.lower()} stable.")})

    def rxa(self) -> str:
        day = ymd(self.visit.admitted)
        return self.segment(
            "RXA",
            {
                1: "0",
                2: "1",
                3: self.case.phi("SERVICE_DATE", day),
                4: self.case.phi("SERVICE_DATE", day),
                5: self.components("140", "Influenza, seasonal", "CVX"),
                6: "0.5",
                10: self.staff(),
            },
        )

    def ft1(self) -> str:
        return self.segment(
            "FT1",
            {
                1: "1",
                4: self.case.phi("SERVICE_DATE", ymd(self.visit.admitted)),
                6: "CG",
                7: self.components(self.visit.procedure, "Office visit"),
                11: self.visit.amount,
            },
        )

    def sch(self) -> str:
        return self.segment(
            "SCH",
            {
                1: self.case.inv.digits(6),
                7: self.components("CHK", "Checkup"),
                11: self.components(
                    "", "", "30", self.case.may("SERVICE_DATE", ymd(self.visit.admitted) + "0900")
                ),
            },
        )

    def evn(self, event: str) -> str:
        return self.segment(
            "EVN", {1: event, 2: self.case.may("SERVICE_DATE", ymd(self.visit.admitted) + "0901")}
        )


def _adt(m: Message) -> list[str]:
    event = m.case.inv.pick("A01", "A03", "A04", "A08", "A28", "A31")
    optional: list[Callable[[], str]] = [m.nk1, m.gt1, m.in1, m.dg1]
    return [
        m.header(f"ADT^{event}"),
        m.evn(event),
        m.pid(),
        *([m.pv1()] if m.case.inv.chance(0.8) else []),
        *(s() for s in optional if m.case.inv.chance(0.4)),
    ]


def _oru(m: Message) -> list[str]:
    return [
        m.header("ORU^R01"),
        m.pid(),
        *([m.pv1()] if m.case.inv.chance(0.4) else []),
        m.orc(),
        m.obr(),
        *(m.obx(i) for i in range(1, m.case.inv.rng.randint(2, 6))),
        m.nte(),
    ]


def _orm(m: Message) -> list[str]:
    return [m.header("ORM^O01"), m.pid(), m.pv1(), m.in1(), m.orc(), m.obr(), m.dg1()]


def _siu(m: Message) -> list[str]:
    return [
        m.header("SIU^S12"),
        m.sch(),
        m.pid(),
        m.pv1(),
        m.segment("RGS", {1: "1"}),
        m.segment("AIP", {1: "1", 3: m.staff()}),
    ]


def _dft(m: Message) -> list[str]:
    return [m.header("DFT^P03"), m.evn("P03"), m.pid(), m.pv1(), m.ft1(), m.gt1(), m.in1()]


def _vxu(m: Message) -> list[str]:
    return [m.header("VXU^V04"), m.pid(), m.nk1(), m.orc(), m.rxa()]


def message(seed: str) -> Document:
    """One message, or a batch of a few, with or without MLLP framing."""
    case = Case(seed, "hl7v2")
    maker = case.inv.pick(_adt, _adt, _oru, _oru, _orm, _siu, _dft, _vxu)
    end = case.inv.pick("\r", "\r", "\r", "\n", "\r\n")
    style = maker.__name__.strip("_").upper()
    segments = maker(Message(case))
    if case.inv.chance(0.1):
        style += " batch"
        segments = [
            "FHS|^~\\&|EHR",
            "BHS|^~\\&|EHR",
            *segments,
            *maker(Message(case)),
            "BTS|2",
            "FTS|1",
        ]
    text = end.join(segments) + end
    if case.inv.chance(0.2):
        text, style = f"\x0b{text}\x1c\r", style + " MLLP"
    return case.document(
        text,
        case.inv.pick("x-application/hl7-v2+er7", "application/hl7-v2", "text/plain", ""),
        style=style,
    )
