"""Checksums and shapes of identifiers.

Each function takes the text of a candidate and says whether it can be that identifier. The checks
reject candidates and never prove one: nine random digits pass as an SSN nine times in ten.
"""

import re
from datetime import date
from ipaddress import ip_address
from typing import Final

_NOT_ALNUM = re.compile(r"[^0-9A-Za-z]+")
_DIGITS = frozenset("0123456789")
"""The digits that `int` accepts. `str.isdigit` is also true for superscripts."""
_PUBLISHED_SSNS = {
    "078051120",
    "219099999",
    "123456789",
    "111111111",
    "222222222",
    "333333333",
    "444444444",
}
"""Numbers that were printed in advertisements and manuals, and repeated digits."""
# matches "1EG4TE5MK73"; not "0EG4TE5MK73", "1EG4TE5MK7"
_MBI = re.compile(
    r"[1-9][AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y]\d[AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y]\d"
    r"[AC-HJKMNP-RT-Y]{2}\d{2}"
)
_DEA = re.compile(r"[ABFGMPRX][A-Z9]\d{7}")  # matches "AB1234563"; not "CB1234563"
_VIN = re.compile(r"[0-9A-HJ-NPR-Z]{17}")  # I, O and Q are no letters of a VIN
_VIN_VALUES = {
    **{str(d): d for d in range(10)},
    **dict(zip("ABCDEFGH", range(1, 9), strict=True)),
    **dict(zip("JKLMN", range(1, 6), strict=True)),
    "P": 7,
    "R": 9,
    **dict(zip("STUVWXYZ", range(2, 10), strict=True)),
}
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_IBAN_LENGTHS = {
    country: length
    for length, countries in {
        15: "NO",
        16: "BE",
        18: "DK FI FK FO GL NL SD",
        19: "MK SI",
        20: "AT BA EE KZ LT LU MN XK",
        21: "CH HR LI LV",
        22: "BG BH CR DE GB GE IE ME RS VA",
        23: "AE GI IL IQ OM SO TL",
        24: "AD CZ ES MD PK RO SA SE SK TN VG",
        25: "AO CV GW LY MZ PT ST",
        26: "DZ IR IS TR",
        27: "BI CF CG CM DJ FR GA GQ GR IT KM MC MG MR SM TD",
        28: "AL AZ BF BJ BY CI CY DO GT HN HU LB MA ML NE NI PL SN SV TG",
        29: "BR EG PS QA UA",
        30: "JO KW MU YE",
        31: "MT SC",
        32: "LC",
        33: "RU",
    }.items()
    for country in countries.split()
}
"""Letters of an IBAN by country: those of the IBAN registry, and those in use without it."""
_VERHOEFF_D = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    (1, 2, 3, 4, 0, 6, 7, 8, 9, 5),
    (2, 3, 4, 0, 1, 7, 8, 9, 5, 6),
    (3, 4, 0, 1, 2, 8, 9, 5, 6, 7),
    (4, 0, 1, 2, 3, 9, 5, 6, 7, 8),
    (5, 9, 8, 7, 6, 0, 4, 3, 2, 1),
    (6, 5, 9, 8, 7, 1, 0, 4, 3, 2),
    (7, 6, 5, 9, 8, 2, 1, 0, 4, 3),
    (8, 7, 6, 5, 9, 3, 2, 1, 0, 4),
    (9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
)
_VERHOEFF_P = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    (1, 5, 7, 6, 2, 8, 3, 0, 9, 4),
    (5, 8, 0, 3, 7, 9, 6, 1, 4, 2),
    (8, 9, 1, 6, 0, 4, 3, 5, 2, 7),
    (9, 4, 5, 3, 1, 2, 6, 8, 7, 0),
    (4, 2, 8, 6, 5, 7, 3, 9, 0, 1),
    (2, 7, 9, 3, 8, 0, 6, 4, 1, 5),
    (7, 0, 4, 6, 9, 1, 3, 2, 5, 8),
)
# matches ICD "E11.9", "S72001A", "250.00"; HCPCS and CPT "J1100", "99213", "0001F";
# NDC "0093-1048-01", "00093104801"; not "E1", "9921"
_CODE = re.compile(
    r"[A-Z]\d[0-9A-Z](?:\.?[0-9A-Z]{1,4})?|\d{3}\.\d{1,2}"  # ICD
    r"|[A-V]\d{4}|\d{4}[0-9FTU]"  # HCPCS, CPT
    r"|\d{4,5}-\d{3,4}-\d{1,2}|\d{11}",  # NDC
    re.IGNORECASE,
)
# A quantity with a unit of clinical chemistry, as UCUM writes it.
# matches "291.7 U/L", "135 mmol/L", "7%"; not "135 m", "7%off"
_MEASURED = re.compile(
    r"\d(?:\.\d+)? ?(?:(?:[munp]?g|m?mol|[mu]?mol|m?I?U|m?Eq|cells|10\*[369]|K|M)"
    r"/(?:d?L|mL|[mu]L|mm3|kg|h)\b|mm ?\[?Hg\]?|mEq/L|%(?= |$))",
    re.IGNORECASE,
)
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FIRST_YEAR: Final = 1880
_LAST_YEAR: Final = 2210  # research data may be shifted into the next century
_IBAN = re.compile(r"[A-Z]{2}\d{2}[0-9A-Z]{11,30}")  # matches "DE89370400440532013000"; not "DE89"
# Issuer ranges and lengths (ISO/IEC 7812). matches "4111111111111111"; not "1111111111111111"
_CARD = re.compile(
    r"4\d{15}(\d{3})?"  # Visa
    r"|5[1-5]\d{14}|2(22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}"  # Mastercard
    r"|3[47]\d{13}"  # American Express
    r"|6(011|5\d\d|4[4-9]\d)\d{12}"  # Discover
    r"|3(0[0-5]|[689]\d)\d{11}"  # Diners Club
    r"|35(2[89]|[3-8]\d)\d{12}"  # JCB
    r"|62\d{14,17}"  # UnionPay
)


def compact(text: str) -> str:
    """The ASCII letters and digits of `text`, in upper case."""
    return _NOT_ALNUM.sub("", text).upper()


def _digits(text: str, lengths: tuple[int, ...]) -> str:
    """The digits of `text` without separators, or "" if it has letters or another length."""
    found = compact(text)
    return found if found.isascii() and found.isdigit() and len(found) in lengths else ""


_DIGIT_VALUES: Final = bytes.maketrans(b"0123456789", bytes(range(10)))
_DOUBLED: Final = bytes.maketrans(bytes(range(10)), bytes((0, 2, 4, 6, 8, 1, 3, 5, 7, 9)))
"""Maps a digit to the sum of the digits of its double."""


def luhn(digits: str) -> bool:
    """ISO/IEC 7812-1 annex B: mod 10 with every second digit from the right doubled."""
    codes = digits.encode().translate(_DIGIT_VALUES)
    return (sum(codes[-1::-2]) + sum(codes[-2::-2].translate(_DOUBLED))) % 10 == 0


def ssn(text: str) -> bool:
    """Nine digits as the SSA issues them: not 000, 666 or 9xx, then not 00, then not 0000."""
    d = _digits(text, (9,))
    return (
        bool(d)
        and d not in _PUBLISHED_SSNS
        and d[:3] not in ("000", "666")
        and d[0] != "9"
        and d[3:5] != "00"
        and d[5:] != "0000"
    )


def ssn_shape(text: str) -> bool:
    """Nine digits that are not all the same. Enough where the field says that it is an SSN."""
    d = _digits(text, (9,))
    return bool(d) and len(set(d)) > 1


def itin(text: str) -> bool:
    """IRS individual taxpayer number: 9xx with group 50-65, 70-88, 90-92 or 94-99."""
    d = _digits(text, (9,))
    if not d or d[0] != "9":
        return False
    group = int(d[3:5])
    return 50 <= group <= 65 or 70 <= group <= 88 or 90 <= group <= 92 or 94 <= group <= 99


def mbi(text: str) -> bool:
    """Medicare beneficiary identifier (CMS, "Understanding the MBI format"). No check digit."""
    return _MBI.fullmatch(compact(text)) is not None


def npi(text: str) -> bool:
    """National provider identifier: Luhn over 80840 and the ten digits (69 FR 3434)."""
    d = _digits(text, (10,))
    return bool(d) and d[0] in "12" and luhn("80840" + d)


def dea(text: str) -> bool:
    """DEA registration: d1+d3+d5 plus twice d2+d4+d6 ends in d7."""
    found = compact(text)
    if _DEA.fullmatch(found) is None:
        return False
    d = [int(c) for c in found[2:]]
    return (d[0] + d[2] + d[4] + 2 * (d[1] + d[3] + d[5])) % 10 == d[6]


def card(text: str) -> bool:
    """Payment card: an issuer's range and length (ISO/IEC 7812), Luhn, not one repeated digit."""
    d = _digits(text, tuple(range(13, 20)))
    return bool(d) and len(set(d)) > 1 and _CARD.fullmatch(d) is not None and luhn(d)


def vin(text: str) -> bool:
    """Vehicle identification number with its check digit (49 CFR 565.15)."""
    found = compact(text)
    if _VIN.fullmatch(found) is None or found.isdigit() or found.isalpha():
        return False
    rest = sum(_VIN_VALUES[c] * w for c, w in zip(found, _VIN_WEIGHTS, strict=True)) % 11
    return found[8] == ("X" if rest == 10 else str(rest))


def aba(text: str) -> bool:
    """Bank routing number: weights 3-7-1, first two digits in a Federal Reserve range."""
    d = _digits(text, (9,))
    if not d or not (int(d[:2]) <= 12 or 21 <= int(d[:2]) <= 32 or 61 <= int(d[:2]) <= 72):
        return False
    return (
        len(set(d)) > 1 and sum(int(c) * w for c, w in zip(d, (3, 7, 1) * 3, strict=True)) % 10 == 0
    )


def iban(text: str) -> bool:
    """ISO 13616: a country's own length, and mod 97 of the rearranged number is 1."""
    found = compact(text)
    if _IBAN.fullmatch(found) is None:
        return False
    if _IBAN_LENGTHS.get(found[:2]) != len(found):
        return False
    return int("".join(str(int(c, 36)) for c in found[4:] + found[:4])) % 97 == 1


def imei(text: str) -> bool:
    """Fifteen digits with Luhn (3GPP TS 23.003)."""
    d = _digits(text, (15,))
    return bool(d) and len(set(d)) > 2 and luhn(d)


def loinc(text: str) -> bool:
    """LOINC code: digits, a hyphen and their mod 10 check digit."""
    number, hyphen, check = text.partition("-")
    return (
        bool(hyphen)
        and len(check) == 1
        and number != ""
        and set(number + check) <= _DIGITS
        and luhn(number + check)
    )


def snomed(text: str) -> bool:
    """SNOMED CT identifier: 6 to 18 digits, a known partition and the Verhoeff check."""
    d = _digits(text, tuple(range(6, 19)))
    if not d or d[-3:-1] not in ("00", "01", "02", "10", "11", "12"):
        return False
    state = 0
    for place, char in enumerate(reversed(d)):
        state = _VERHOEFF_D[state][_VERHOEFF_P[place % 8][int(char)]]
    return state == 0


def clinical_value(text: str) -> bool:
    """Whether `text` begins with a clinical code or holds a measured quantity with its unit.

    The codes are ICD, HCPCS, CPT, NDC, LOINC and SNOMED CT.
    """
    code = text.strip().partition(" ")[0].rstrip(":,;-")
    return (
        _CODE.fullmatch(code) is not None
        or loinc(code)
        or snomed(code)
        or _MEASURED.search(text) is not None
    )


def measured(text: str) -> bool:
    """Whether `text` holds a quantity with a unit of laboratories: `11.5 mIU/L`, `120 mm[Hg]`."""
    return _MEASURED.search(text) is not None


# Accession numbers of public databases of sequences, experiments and samples: GenBank, RefSeq, GEO,
# SRA, BioProject, BioSample, ArrayExpress, dbGaP, EGA, Ensembl, UniProt.
# matches "AB123456", "NM_000492.4", "GSE12345", "PRJNA12345"; not "CT25-0048812", "S24-5501"
_PUBLIC_ACCESSION = re.compile(
    r"[A-Z]{1,2}\d{5,6}(?:\.\d)?|[A-Z]{3}\d{5}(?:\.\d)?|[A-Z]{2}_\w+(?:\.\d+)?|G(?:SE|SM|PL|DS)\d+"
    r"|[SED]R[APRSXZ]\d+|PRJ[A-Z]{2}\d+|SAM[A-Z]+\d+|E-[A-Z]{4}-\d+|phs\d+.*|EGA[A-Z]\d+"
    r"|ENS[A-Z]*\d+|[OPQ]\d[A-Z0-9]{3}\d",
    re.IGNORECASE,
)


def public_accession(text: str) -> bool:
    """Whether `text` has the form of an accession number of a public database of molecules."""
    return _PUBLIC_ACCESSION.fullmatch(text) is not None


# Digits of national numbers (libphonenumber's metadata of ITU-T E.164 country codes), by country
# code. Codes of three digits have 6 to 10.
_NATIONAL_DIGITS: Final = {
    **dict.fromkeys("7 30 52 58 90 91".split(), (10, 10)),
    **dict.fromkeys("33 34 41 56 61 93 94".split(), (9, 9)),
    **dict.fromkeys("45 47 65".split(), (8, 8)),
    **dict.fromkeys("20 57 60 63 64".split(), (8, 10)),
    **dict.fromkeys("32 36 66".split(), (8, 9)),
    **dict.fromkeys("44 51 81 84 92".split(), (8, 10)),
    **dict.fromkeys("54 55".split(), (10, 11)),
    **dict.fromkeys("27 31 40 46 48".split(), (7, 9)),
    **dict.fromkeys("39 43 49 53 62 82 86 95 98".split(), (6, 12)),
}
_COUNTRIES_OF_THREE: Final = frozenset(
    "211 212 213 216 218 220 221 222 223 224 225 226 227 228 229 230 231 232 233 234 235 236 237 "
    "238 239 240 241 242 243 244 245 246 247 248 249 250 251 252 253 254 255 256 257 258 260 261 "
    "262 263 264 265 266 267 268 269 290 291 297 298 299 350 351 352 353 354 355 356 357 358 359 "
    "370 371 372 373 374 375 376 377 378 380 381 382 383 385 386 387 389 420 421 423 500 501 502 "
    "503 504 505 506 507 508 509 590 591 592 593 594 595 596 597 598 599 670 672 673 674 675 676 "
    "677 678 679 680 681 682 683 685 686 687 688 689 690 691 692 850 852 853 855 856 880 886 960 "
    "961 962 963 964 965 966 967 968 970 971 972 973 974 975 976 977 992 993 994 995 996 "
    "998".split()
)


def international(text: str) -> bool:
    """A number with a country code and as many digits as numbers of that country have.

    `+`, `00` or `011` stands before the country code. A trunk prefix `(0)` is no digit of it.
    """
    d = "".join(c for c in text.replace("(0)", "") if c in _DIGITS)
    if not text.lstrip("(").startswith("+"):
        d = d.removeprefix("011").removeprefix("00")
    if len(set(d)) < 3 or d.startswith("0"):
        return False
    if d[0] == "1":
        return phone(d)
    for size in (1, 2):
        if d[:size] in _NATIONAL_DIGITS:
            least, most = _NATIONAL_DIGITS[d[:size]]
            return least <= len(d) - size <= most
    return d[:3] in _COUNTRIES_OF_THREE and 6 <= len(d) - 3 <= 10


def phone(text: str) -> bool:
    """North American number: area and exchange begin with 2 to 9, the area is not N11.

    A 1 may stand before it.
    """
    d = _digits(text, (10, 11))
    if len(d) == 11 and d[0] == "1":
        d = d[1:]
    return (
        len(d) == 10
        and d[0] in "23456789"
        and d[3] in "23456789"
        and d[1:3] != "11"
        and len(set(d)) > 2
    )


def calendar_date(text: str) -> bool:
    """A day that exists, between 1880 and 2210, as ISO, US, HL7 or X12 write it."""
    if _ISO_DAY.match(text):
        try:
            return _FIRST_YEAR <= date.fromisoformat(text[:10]).year <= _LAST_YEAR
        except ValueError:
            return False
    d = "".join(c if c in _DIGITS else " " for c in text[:10]).split()
    if len(d) == 1 and len(d[0]) >= 8:
        d = [d[0][:4], d[0][4:6], d[0][6:8]]
    if len(d) != 3:
        return False
    if len(d[0]) == 4:
        return _exists(int(d[0]), int(d[1]), int(d[2]))
    return _exists(int(d[2]), int(d[0]), int(d[1])) or _exists(int(d[2]), int(d[1]), int(d[0]))


def _exists(year: int, month: int, day: int) -> bool:
    if year < 100:
        year += 1900
    try:
        return _FIRST_YEAR <= date(year, month, day).year <= _LAST_YEAR
    except ValueError:
        return False


def ip(text: str) -> bool:
    """A global address: not private, loopback, link-local, multicast, reserved or documentation."""
    try:
        return ip_address(text).is_global
    except ValueError:
        return False


# matches "151/94", "120 / 80 mmHg"; not "1/2", "2024/05"
_PRESSURE: Final = re.compile(r"\s*\d{2,3}\s?/\s?\d{2,3}\s*(?:mm ?hg)?\s*", re.IGNORECASE)


def blood_pressure(value: str) -> bool:
    """Whether a value is a blood pressure: systolic over diastolic."""
    return _PRESSURE.fullmatch(value) is not None
