"""Payment cards, bank routing numbers and IBAN. Card numbers are the schemes' test numbers."""

import pytest

from phiscan.detectors import financial

_CARD, _ABA, _IBAN = "CREDIT_CARD_NUMBER", "US_BANK_ROUTING_NUMBER", "IBAN_CODE"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4111 1111 1111 1111", (_CARD, "4111 1111 1111 1111")),
        ("4111-1111-1111-1111", (_CARD, "4111-1111-1111-1111")),
        ("5555555555554444", (_CARD, "5555555555554444")),
        ("378282246310005", (_CARD, "378282246310005")),
        ("3782 822463 10005", (_CARD, "3782 822463 10005")),
        ("6011111111111117", (_CARD, "6011111111111117")),
        ("30569309025904", (_CARD, "30569309025904")),
        ("routing number 021000021", (_ABA, "021000021")),
        ("ABA: 021000021", (_ABA, "021000021")),
        ("IBAN GB82 WEST 1234 5698 7654 32", (_IBAN, "GB82 WEST 1234 5698 7654 32")),
        ("DE89370400440532013000", (_IBAN, "DE89370400440532013000")),
    ],
)
def test_finds_numbers(values, text, expected):
    assert values(financial, f"pay {text} now") == [expected]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("4111111111111112", "the check digit is wrong"),
        ("9111111111111111", "no issuer"),
        ("4444444444444444", "two digits or fewer: a placeholder"),
        ("41111111111111111111", "cut out of a longer number"),
        ("021000021", "nine digits without a label are anything"),
        ("routing 021000022", "the check digit is wrong"),
        ("GB82WEST12345698765433", "the check digits are wrong"),
        ("bc257b76507e5120", "an IBAN has capitals (ISO 13616)"),
        ("4192072261804", "no scheme issues cards of 13 digits any more"),
    ],
)
def test_leaves_others(values, text, reason):
    assert values(financial, text) == [], reason


def test_a_row_of_numbers_and_a_fraction_are_no_card(values):
    assert values(financial, "4096 4101 4106 4111 1111 1111 1111 1116") == []
    assert values(financial, "x = .4111111111111111") == []
    assert [v for _, v in values(financial, "paid with. 4111 1111 1111 1111")] == [
        "4111 1111 1111 1111"
    ]
    assert [v for _, v in values(financial, "see.4111111111111111")] == ["4111111111111111"]
