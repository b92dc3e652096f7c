"""Binary formats, built byte by byte: DICOM, NCPDP Telecommunication, protobuf in gRPC frames."""

from dataclasses import dataclass, field
from datetime import timedelta

from bench.eval.document import Document, Kind, Label
from bench.eval.formats.case import Case, ymd
from bench.eval.formats.texts.notes import note_text
from phiscan.finding import Verdict

_LONG = frozenset(("OB", "OW", "SQ", "UN", "UT", "UC", "UR"))


@dataclass(slots=True)
class Bytes:
    """Bytes with labels. `put` appends a value and labels it."""

    data: bytearray = field(default_factory=bytearray)
    labels: list[Label] = field(default_factory=list)

    def put(
        self, raw: bytes, info_type: str = "", kind: Kind = Kind.PATIENT, also: str = ""
    ) -> None:
        """Append `raw`, labelled when `info_type` is given."""
        if info_type:
            self.labels.append(
                Label(info_type, kind, len(self.data), len(self.data) + len(raw), also)
            )
        self.data += raw

    def join(self, inner: "Bytes") -> None:
        """Append the bytes of `inner`, and its labels at their new offsets."""
        base = len(self.data)
        self.labels += [
            Label(x.info_type, x.kind, x.start + base, x.end + base, x.also) for x in inner.labels
        ]
        self.data += inner.data


@dataclass(frozen=True, slots=True)
class Element:
    """One DICOM attribute."""

    tag: tuple[int, int]
    vr: str
    value: bytes
    info_type: str = ""
    kind: Kind = Kind.PATIENT
    also: str = ""


def _element(out: Bytes, element: Element, *, explicit: bool) -> None:
    """Append a data element (PS3.5 section 7.1): tag, VR, length, value padded to even length."""
    pad = b"" if len(element.value) % 2 == 0 else (b"\0" if element.vr in ("UI", "OB") else b" ")
    size = len(element.value) + len(pad)
    out.put(b"".join(n.to_bytes(2, "little") for n in element.tag))
    if not explicit:
        out.put(size.to_bytes(4, "little"))
    elif element.vr in _LONG:
        out.put(element.vr.encode() + b"\0\0" + size.to_bytes(4, "little"))
    else:
        out.put(element.vr.encode() + size.to_bytes(2, "little"))
    out.put(element.value, element.info_type, element.kind, element.also)
    out.put(pad)


def dicom(seed: str) -> Document:
    """A DICOM file (PS3.10) with a patient module: little endian, explicit or implicit VR."""
    case = Case(seed, "dicom")
    inv, p, d, v = case.inv, case.inv.patient(), case.inv.provider(), case.inv.visit()
    explicit = inv.chance(0.75)
    syntax = b"1.2.840.10008.1.2.1" if explicit else b"1.2.840.10008.1.2"
    uid = f"1.2.826.0.1.3680043.8.{inv.digits(4)}.{inv.digits(9)}".encode()
    day = ymd(v.admitted).encode()
    elements = [
        Element((0x0008, 0x0005), "CS", b"ISO_IR 192"),
        Element((0x0008, 0x0016), "UI", b"1.2.840.10008.5.1.4.1.1.2"),
        Element((0x0008, 0x0018), "UI", uid, "UNIQUE_CODE", Kind.OPTIONAL),
        Element((0x0008, 0x0020), "DA", day, "SERVICE_DATE"),
        Element((0x0008, 0x0030), "TM", b"101500", "SERVICE_DATE", Kind.OPTIONAL),
        Element(
            (0x0008, 0x0050), "SH", inv.digits(8).encode(), "ACCOUNT_NUMBER", Kind.PATIENT, "HR"
        ),
        Element((0x0008, 0x0060), "CS", inv.pick(b"CT", b"MR", b"US", b"CR")),
        Element((0x0008, 0x0080), "LO", d.organization.encode()),
        Element(
            (0x0008, 0x0090), "PN", f"{d.family}^{d.given}".encode(), "PERSON_NAME", Kind.PROVIDER
        ),
        Element((0x0008, 0x1030), "LO", b"CHEST ROUTINE"),
        Element(
            (0x0010, 0x0010),
            "PN",
            f"{p.family}^{p.given}{'^' + p.middle if p.middle else ''}".encode(),
            "PERSON_NAME",
        ),
        Element((0x0010, 0x0020), "LO", p.mrn.encode(), "MEDICAL_RECORD_NUMBER"),
        Element((0x0010, 0x0030), "DA", ymd(p.born).encode(), "DATE_OF_BIRTH"),
        Element((0x0010, 0x0040), "CS", p.sex.encode()),
    ]
    extra = [
        Element((0x0008, 0x0021), "DA", day, "SERVICE_DATE"),
        Element((0x0008, 0x0023), "DA", day, "SERVICE_DATE"),
        Element(
            (0x0010, 0x1000), "LO", inv.mrn().encode(), "MEDICAL_RECORD_NUMBER", Kind.PATIENT, "R"
        ),
        Element((0x0010, 0x1040), "LO", p.street.encode(), "STREET_ADDRESS"),
        Element((0x0010, 0x2154), "SH", inv.written_phone(p.phone).encode(), "PHONE_NUMBER"),
        Element((0x0010, 0x21B0), "LT", f"History of {v.diagnosis[1].lower()}".encode()),
        Element((0x0020, 0x000D), "UI", uid + b".1", "UNIQUE_CODE", Kind.OPTIONAL),
        Element((0x0020, 0x0010), "SH", inv.digits(5).encode(), "UNIQUE_CODE", Kind.OPTIONAL),
    ]
    elements += [e for e in extra if inv.chance(0.5)]
    body = Bytes()
    for element in sorted(elements, key=lambda e: e.tag):
        _element(body, element, explicit=explicit)
    if inv.chance(0.6):
        _element(body, Element((0x7FE0, 0x0010), "OW", inv.rng.randbytes(256)), explicit=explicit)
    meta = Bytes()
    _element(meta, Element((0x0002, 0x0002), "UI", b"1.2.840.10008.5.1.4.1.1.2"), explicit=True)
    _element(meta, Element((0x0002, 0x0010), "UI", syntax), explicit=True)
    out = Bytes()
    out.put(b"\0" * 128 + b"DICM")
    _element(
        out, Element((0x0002, 0x0000), "UL", len(meta.data).to_bytes(4, "little")), explicit=True
    )
    out.join(meta)
    out.join(body)
    return Document(
        "dicom",
        "explicit" if explicit else "implicit",
        bytes(out.data),
        inv.pick("application/dicom", "application/octet-stream"),
        Verdict.PHI,
        tuple(out.labels),
        textual=False,
    )


def telecom(seed: str) -> Document:
    """NCPDP Telecommunication D.0 requests: billing, reversal, eligibility."""
    case = Case(seed, "ncpdp-telecom")
    inv, p, d, v = case.inv, case.inv.patient(), case.inv.provider(), case.inv.visit()
    kind = inv.pick("B1", "B1", "B1", "B2", "E1")
    served = case.phi("SERVICE_DATE", ymd(v.admitted))
    header = f"{inv.digits(6)}D0{kind}{inv.digits(10)}101{inv.npi():<15}{served}{'':<10}"
    fs, rs, gs = "\x1c", "\x1e", "\x1d"

    def segment(name: str, *fields: str) -> str:
        return f"{rs}{fs}AM{name}" + "".join(f"{fs}{f}" for f in fields)

    insurance = segment(
        "04",
        "C2" + case.phi("HEALTH_PLAN_BENEFICIARY_NUMBER", p.member),
        "CC" + case.phi("PERSON_NAME", p.given.upper()),
        "CD" + case.phi("PERSON_NAME", p.family.upper()),
        "C1" + case.may("HEALTH_PLAN_BENEFICIARY_NUMBER", p.group),
        "C61",
    )
    patient = segment(
        "01",
        "C4" + case.phi("DATE_OF_BIRTH", ymd(p.born)),
        "C5" + inv.pick("1", "2"),
        "CA" + case.phi("PERSON_NAME", p.given.upper()),
        "CB" + case.phi("PERSON_NAME", p.family.upper()),
        *(
            [
                "CM" + case.phi("STREET_ADDRESS", p.street.upper()),
                "CN" + case.phi("CITY", p.city.upper()),
                "CO" + p.state,
                "CP" + case.phi("US_ZIP_CODE", p.zip.replace("-", "")),
                "CQ" + case.phi("PHONE_NUMBER", p.phone),
            ]
            if inv.chance(0.7)
            else []
        ),
    )
    claim = segment(
        "07",
        "EM1",
        "D2" + case.may("ACCOUNT_NUMBER", inv.digits(7)),
        "E103",
        "D7" + v.drug[2].replace("-", ""),
        "E730000",
        "D300",
        "D530",
        "D61",
        "D80",
        "DE" + case.phi("SERVICE_DATE", ymd(v.admitted - timedelta(days=1))),
    )
    prescriber = segment(
        "03",
        "EZ01",
        "DB" + case.staff("US_HEALTHCARE_NPI", d.npi),
        "DR" + case.staff("PERSON_NAME", d.family.upper()),
        "PM" + case.staff("PHONE_NUMBER", d.phone),
    )
    clinical = (
        segment("13", "VE1", "WE02", "DO" + v.diagnosis[0].replace(".", ""))
        if inv.chance(0.3)
        else ""
    )
    text = (
        header
        + insurance
        + ("" if kind == "B2" else patient)
        + ("" if kind == "E1" else gs + claim + (prescriber if kind == "B1" else "") + clinical)
    )
    data, labels = case.marks.finish(text)
    return Document(
        "ncpdp-telecom",
        kind,
        data,
        inv.pick("application/octet-stream", "text/plain", "application/x-ncpdp"),
        Verdict.PHI,
        labels,
        textual=False,
    )


def _field(
    out: Bytes, number: int, value: str, info_type: str = "", kind: Kind = Kind.PATIENT
) -> None:
    raw = value.encode()
    out.put(_varint(number << 3 | 2) + _varint(len(raw)))
    out.put(raw, info_type, kind)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out) + bytes((value,))


def protobuf(seed: str) -> Document:
    """A message whose schema the scanner does not have.

    No field has a name, so it holds a note, and identifiers that are recognisable by their form.
    """
    case = Case(seed, "protobuf")
    inv = case.inv
    text, style = note_text(case, inv.patient(), inv.provider())
    data, labels = case.marks.finish(text)
    note = Bytes(bytearray(data), list(labels))
    message = Bytes()
    message.put(b"\x08" + _varint(inv.rng.randrange(1, 1 << 30)))
    p = inv.patient()
    _field(message, 2, f"enc-{inv.digits(5)}")
    if inv.chance(0.5):
        _field(message, 3, p.ssn, "US_SOCIAL_SECURITY_NUMBER")
    if inv.chance(0.5):
        _field(message, 4, p.email, "EMAIL_ADDRESS")
    message.put(_varint(5 << 3 | 2) + _varint(len(note.data)))
    message.join(note)
    framed = Bytes()
    grpc = inv.chance(0.6)
    if grpc:
        framed.put(b"\0" + len(message.data).to_bytes(4, "big"))
    framed.join(message)
    return Document(
        "protobuf",
        f"{'grpc ' if grpc else ''}{style}",
        bytes(framed.data),
        "application/grpc" if grpc else inv.pick("application/x-protobuf", "application/protobuf"),
        Verdict.PHI,
        tuple(framed.labels),
        textual=False,
    )
