"""Normalisation: two spellings of one value become one, and ranges are mapped back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phiscan.text.normalise import normalise, plain

ZERO_WIDTH = "\u200b"
SOFT_HYPHEN = "\u00ad"


@pytest.mark.parametrize(
    ("spelling", "normalised"),
    [
        ("１２３－４５－６７８０", "123-45-6780"),
        ("١٢٣-٤٥-٦٧٨٠", "123-45-6780"),  # Arabic-Indic
        ("१२३", "123"),  # Devanagari
        ("𝟏𝟐𝟑 ①②③ ¹²³", "123 123 123"),
        ("ＳＳＮ： 1", "SSN: 1"),
        ("ЅЅN МRN dіаgnоsis", "SSN MRN diagnosis"),  # Cyrillic within Latin
        ("ΜRΝ", "MRN"),  # Greek
        (f"123{ZERO_WIDTH}-45{SOFT_HYPHEN}-67\u2060\ufe0f80", "123-45-6780"),
        ("1\u03362\u03363\u0336", "123"),  # struck through
        ("740·384·9871", "740-384-9871"),  # a dot in the middle of the line
        ("740 • 384 ∙ 9871", "740 - 384 - 9871"),
        ("123\u201345\u20116780 −1", "123-45-6780 -1"),  # en dash, no-break hyphen, minus
        ("a\u00a0b\u2003c\u3000d\u2800e", "a b c d e"),
        ("O\u2019Brien", "O'Brien"),
        (r"\u0031\u0032\u0033-45", "123-45"),
        (r"01\/02\/1980", "01/02/1980"),
        (r"Ana\nMRN", "Ana  MRN"),
        ("&#49;&#x32;&#X33;&nbsp;&amp;", "123 &"),
        ("123&hyphen;45&#45;6780", "123\u201045-6780".replace("\u2010", "-")),
        ("%31%32%33%2D45", "123-45"),
        ("%EF%BC%91%EF%BC%92", "12"),  # full-width digits, percent-encoded
        ("&amp;#49; %2531", "1 1"),  # two layers
        (r"\\u0031", "1"),  # JSON within a JSON string
    ],
)
def test_a_spelling_is_folded(spelling, normalised):
    assert normalise(spelling.encode()).text.decode() == normalised


@pytest.mark.parametrize(
    "text",
    [
        "plain ASCII, 100% of it, AT&T; C:\\dir",
        "Привет, мир",  # a Russian word is not changed to Latin letters
        "Ελλάδα και",
        "Peña, Müller, Zoë, naïve",
        "日本語のテキスト",
        "β-blocker 5 μg",
        "&notanentity; &#x110000; %zz",
        r"\d{3}",
    ],
)
def test_what_is_no_disguise_stays(text):
    assert normalise(text.encode()).text == text.encode()


def test_plain_text_is_not_copied():
    data = b"SSN: 123-45-6780"
    normalised = normalise(data)
    assert normalised.text is data
    assert normalised.layers == ()


def test_a_plus_is_a_blank_in_a_form_only():
    assert normalise(b"n=Ana+Ruiz", plus_is_blank=True).text == b"n=Ana Ruiz"
    assert normalise(b"n=Ana+Ruiz").text == b"n=Ana+Ruiz"


@pytest.mark.parametrize("overlong", [b"\xc0\xb1", b"\xe0\x80\xb1", b"\xf0\x80\x80\xb1"])
def test_overlong_utf8_is_the_letter_that_lenient_decoders_make_of_it(overlong):
    normalised = normalise(b"x" + overlong + b"23")
    assert normalised.text == b"x123"
    assert normalised.origin(1, 4) == (1, 1 + len(overlong) + 2)


def test_a_stray_byte_does_not_switch_folding_off():
    assert normalise("１２３".encode() + b"\xff" + "４".encode()).text == b"123\xff4"


def test_locations_are_those_of_the_document():
    data = f"SSN １２3{ZERO_WIDTH}-45-%36780 é".encode()
    normalised = normalise(data)
    start = normalised.text.index(b"123-45-6780")
    first, last = normalised.origin(start, start + 11)
    assert data[first:last] == f"１２3{ZERO_WIDTH}-45-%36780".encode()


@given(
    st.binary(max_size=200)
    | st.text(max_size=100).map(str.encode)
    | st.from_regex(rb"(%[0-9A-F]{2}|&#\d{1,4};|\\u00\d\d|x){0,20}")
)
def test_anything_folds_and_every_range_is_in_the_document(data):
    normalised = normalise(data)
    for start in range(0, len(normalised.text), 7):
        first, last = normalised.origin(start, start + 1)
        assert 0 <= first < last <= len(data)


def test_labels_and_values_fold_as_text_does():
    assert plain("ЅЅN") == "SSN"
    assert plain("１２３") == "123"
    assert plain("Ana") == "Ana"
