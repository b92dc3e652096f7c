"""Checksums and shapes. Each invalid number breaks one rule. The valid ones are nobody's."""

from hypothesis import given
from hypothesis import strategies as st

from phiscan import checks


def _check(function, accepted, rejected):
    assert [text for text in accepted if not function(text)] == []
    assert [text for text, _reason in rejected if function(text)] == []


def test_compact_keeps_letters_and_digits():
    assert checks.compact(" 1eg4-TE5.mk73 ") == "1EG4TE5MK73"


def test_luhn():
    _check(
        checks.luhn,
        ["79927398713", "0"],
        [("79927398710", "check digit"), ("79927938713", "two digits swapped")],
    )


@given(st.text("0123456789", min_size=1, max_size=20))
def test_luhn_accepts_exactly_one_check_digit(digits):
    assert sum(checks.luhn(digits + str(check)) for check in range(10)) == 1


def test_ssn():
    _check(
        checks.ssn,
        ["512-44-9031", "512449031", "001-01-0001", "899 99 9999"],
        [
            ("000-44-9031", "area 000"),
            ("666-44-9031", "area 666"),
            ("900-44-9031", "area 9xx"),
            ("512-00-9031", "group 00"),
            ("512-44-0000", "serial 0000"),
            ("078-05-1120", "published"),
            ("219-09-9999", "published"),
            ("123-45-6789", "published"),
            ("51244903", "eight digits"),
            ("5124490312", "ten digits"),
            ("51244903x", "a letter"),
            ("٥١٢٤٤٩٠٣١", "digits that no form has"),
        ],
    )


def test_ssn_shape_takes_what_a_field_names_so():
    _check(
        checks.ssn_shape,
        ["999-12-3456", "000000001"],
        [("999999999", "one digit repeated"), ("12345", "five digits")],
    )


def test_itin():
    _check(
        checks.itin,
        ["912-50-1234", "999-99-0001", "900-70-1234"],
        [
            ("912-49-1234", "group 49"),
            ("912-66-1234", "group 66"),
            ("912-89-1234", "group 89"),
            ("912-93-1234", "group 93"),
            ("812-50-1234", "no 9"),
            ("", "nothing"),
        ],
    )


def test_mbi():
    _check(
        checks.mbi,
        ["1EG4-TE5-MK73", "1eg4te5mk73", "9AA0A00AA00"],
        [
            ("0EG4TE5MK73", "first digit"),
            ("1SG4TE5MK73", "S is not used"),
            ("1EGXTE5MK73", "position 4 is a digit"),
            ("1EG4TE5MK7", "ten characters"),
            ("1EG4TE5MKK3", "position 10 is a digit"),
        ],
    )


def test_npi():
    _check(
        checks.npi,
        ["1234567893", "1245319599"],
        [
            ("1234567890", "check digit"),
            ("3234567893", "first digit"),
            ("123456789", "nine digits"),
        ],
    )


def test_dea():
    _check(
        checks.dea,
        ["AB1234563", "bb1388568", "F91234563"],
        [
            ("AB1234564", "check digit"),
            ("CB1234563", "type"),
            ("AB123456", "six digits"),
            ("A81234563", "second letter"),
        ],
    )


def test_card():
    _check(
        checks.card,
        [
            "4111111111111111",
            "4111 1111 1111 1111",
            "5555555555554444",
            "378282246310005",
            "6011111111111117",
            "3530111333300000",
            "30569309025904",
            "2223003122003222",
        ],
        [
            ("4111111111111112", "check digit"),
            ("4444444444444444", "one digit repeated"),
            ("1111111111111117", "no issuer"),
            ("411111111111", "twelve digits"),
            ("", "nothing"),
        ],
    )


def test_vin():
    _check(
        checks.vin,
        ["1M8GDM9AXKP042788", "5GZCZ43D13S812715", "1m8gdm9axkp042788"],
        [
            ("1M8GDM9A1KP042788", "check digit"),
            ("1M8GDM9AXKP04278", "sixteen"),
            ("1M8GDM9AXKPO42788", "letter O"),
            ("11111111111111111", "digits only"),
            ("ABCDEFGHJKLMNPRST", "letters only"),
        ],
    )


def test_aba():
    _check(
        checks.aba,
        ["021000021", "011401533", "322271627"],
        [
            ("021000022", "check"),
            ("991000021", "no district"),
            ("000000000", "one digit repeated"),
            ("02100002", "eight digits"),
        ],
    )


def test_iban():
    _check(
        checks.iban,
        ["GB82 WEST 1234 5698 7654 32", "DE89370400440532013000", "NO9386011117947"],
        [
            ("GB82WEST12345698765433", "check digits"),
            ("GB82", "too short"),
            ("1282WEST12345698765432", "no country"),
            ("IQ54CHMPYJXVH3EH3A5YN2IOYWTQ", "longer than those of Iraq"),
            ("ZZ52WEST123456987654", "a country without IBANs"),
        ],
    )


def test_imei():
    _check(
        checks.imei,
        ["490154203237518"],
        [
            ("490154203237519", "check digit"),
            ("000000000000000", "one digit repeated"),
            ("49015420323751", "fourteen digits"),
        ],
    )


def test_loinc():
    _check(
        checks.loinc,
        ["4548-4", "2345-7", "13457-7"],
        [
            ("4548-5", "check digit"),
            ("4548", "no check digit"),
            ("x548-4", "a letter"),
            ("4548-44", "two check digits"),
            ("45²8-4", "a superscript"),
        ],
    )


def test_snomed():
    _check(
        checks.snomed,
        ["44054006", "59621000", "433144002", "900000000000207008"],
        [("44054007", "check digit"), ("44054996", "partition"), ("44054", "five digits")],
    )


def test_clinical_value():
    _check(
        checks.clinical_value,
        [
            "E11.9",
            "S72.001A",
            "U07.1",
            "I10 hypertension",
            "250.00",
            "99213",
            "J1100",
            "00093-1048-01",
            "00093104801",
            "4548-4",
            "44054006",
        ],
        [
            ("control", "a word"),
            ("variant-b", "a word"),
            ("", "nothing"),
            ("1840", "four digits"),
            ("4548-5", "check digit"),
        ],
    )


def test_phone():
    _check(
        checks.phone,
        ["(312) 555-0182", "+1 312 555 0182", "13125550182"],
        [
            ("112-555-0182", "area"),
            ("312-155-0182", "exchange"),
            ("911-555-0182", "N11"),
            ("23125550182", "eleven digits without 1"),
            ("2222222222", "one digit repeated"),
            ("5550182", "no area"),
        ],
    )


def test_calendar_date():
    _check(
        checks.calendar_date,
        [
            "1961-04-02",
            "04/02/1961",
            "4/2/61",
            "19610402",
            "196104021015",
            "1961-04-02T10:15:00Z",
            "31.12.1999",
            "12/31/1999",
            "2024-02-29",
            "2161-04-02",
        ],
        [
            ("1961-13-02", "month"),
            ("1961-02-30", "day"),
            ("2023-02-29", "no leap year"),
            ("02/30/1961", "day"),
            ("1961", "a year"),
            ("1961-04", "a month"),
            ("1561-04-02", "before living memory"),
            ("2261-04-02", "far ahead"),
            ("99999999", "no day"),
            ("pending", "no digits"),
            ("20²4-01-02", "a superscript is no digit"),
        ],
    )


def test_ip():
    _check(
        checks.ip,
        ["81.2.69.160", "2a02:ff0:1::17"],
        [
            ("10.0.0.1", "private"),
            ("127.0.0.1", "loopback"),
            ("192.0.2.1", "documentation"),
            ("169.254.1.1", "link-local"),
            ("999.1.1.1", "no address"),
            ("fe80::1", "link-local"),
        ],
    )


@given(st.text(max_size=40))
def test_no_text_makes_a_check_fail(text):
    names = (
        "ssn ssn_shape itin mbi npi dea card vin aba iban imei loinc snomed phone calendar_date ip"
    ).split()
    assert {type(getattr(checks, name)(text)) for name in names} == {bool}
