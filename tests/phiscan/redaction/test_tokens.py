import functools
import re

import pytest

from phiscan.redaction.masks import MaskForm, Masks
from phiscan.redaction.proof import redact_proven
from phiscan.redaction.tokens import KeyTooShortError, Tokens
from phiscan.words.labels import is_masked

KEY = bytes(range(32))
TOKENS = Tokens(KEY)


def _scan(engine, data):
    scanner = engine.scanner(clock=lambda: 0.0)
    scanner.feed(data)
    return scanner.finish()


def _redacted(engine, data):
    masks = Masks(default=MaskForm.TOKEN, key=KEY)
    return redact_proven(data, _scan(engine, data), functools.partial(_scan, engine), masks)


def test_one_value_has_one_token_and_another_value_another():
    assert TOKENS.mask(b"Ana Ruiz") == Tokens(KEY).mask(b"Ana Ruiz")
    assert TOKENS.mask(b"Ana Ruiz") != TOKENS.mask(b"Ana Ruis")


def test_another_key_gives_other_tokens():
    assert TOKENS.mask(b"Ana") != Tokens(KEY[::-1]).mask(b"Ana")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (b"123-45-6780", b"123456780"),
        (b"RUIZ", b" Ruiz "),
        (b"1961-04-02", b"19610402"),
        ("１２３".encode(), b"123"),
    ],
)
def test_spelling_does_not_count(one, other):
    assert TOKENS.mask(one) == TOKENS.mask(other)


@pytest.mark.parametrize("value", [b"", b"-", b"\xff\xfe", b"\xed\xa0\x80"], ids=repr)
def test_every_value_has_a_token(value):
    assert re.fullmatch(rb"XXX[A-P]{20}", TOKENS.mask(value))


def test_a_token_is_a_mask_to_the_detectors():
    assert is_masked(TOKENS.mask(b"Ana").decode())
    assert not is_masked("XXXabc")
    assert not is_masked("XXXABCDEFGHIJKLMNOPABCZ")  # no token has a Z


def test_joins_survive_over_documents_and_formats(engine):
    one = _redacted(engine, b'{"patientName": "Ana Ruiz", "ssn": "123-45-6780"}')
    other = _redacted(engine, b"patient_name,ssn\nAna Ruiz,123456780\n")
    assert set(re.findall(rb"XXX[A-P]{20}", one)) == set(re.findall(rb"XXX[A-P]{20}", other))
    assert len(set(re.findall(rb"XXX[A-P]{20}", one))) == 2


def test_redacting_again_changes_nothing(engine):
    once = _redacted(
        engine, b"Patient: Ana Ruiz, SSN 123-45-6780, DOB: 1961-04-02, seen for asthma\n"
    )
    assert b"6780" not in once
    assert _redacted(engine, once) == once


def test_a_short_key_is_refused():
    with pytest.raises(KeyTooShortError, match="31 bytes"):
        Tokens(KEY[1:])
