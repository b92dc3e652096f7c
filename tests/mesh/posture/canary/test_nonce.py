from dataclasses import replace

import pytest
from canary_samples import CELL, EHR, KEY, KEYS, NOW, OLD, PROBE, nonce, signed
from hypothesis import given
from hypothesis import strategies as st

from mesh.posture.canary.nonce import AGE, CanaryKeyError, Keys, Purpose, read, sign


def test_a_nonce_says_what_was_signed():
    assert read(signed().text, KEYS, NOW) == signed()
    assert signed().nonce == nonce()


def test_a_nonce_has_no_digit_beside_its_version_and_its_names():
    text = signed().text.replace(EHR, "").replace(PROBE, "").replace(CELL, "")
    assert [letter for letter in text.removeprefix("v1") if letter.isdigit()] == []


@pytest.mark.parametrize(("age", "counts"), [(AGE, True), (AGE + 1, False), (0, True)])
@pytest.mark.parametrize("sign_of", [1, -1])
def test_a_nonce_counts_for_five_minutes_before_and_after_its_time(age, counts, sign_of):
    assert (read(signed().text, KEYS, NOW + sign_of * age) is not None) is counts


def test_the_older_key_still_verifies_while_it_is_replaced_and_no_longer_after():
    older = sign(nonce(), Keys(OLD))
    assert read(older.text, Keys(KEY, OLD), NOW) == older
    assert read(older.text, Keys(KEY), NOW) is None
    assert sign(nonce(), Keys(KEY, OLD)).key == Keys(KEY).first


@given(st.integers(0, 1000), st.characters(codec="ascii"))
def test_no_nonce_counts_with_another_character_in_it(place, letter):
    text = signed().text
    place %= len(text)
    changed = text[:place] + letter + text[place + 1 :]
    assert (read(changed, KEYS, NOW) is not None) is (changed == text)


@given(st.text(max_size=200) | st.lists(st.text(max_size=20), max_size=12).map(";".join))
def test_no_other_text_is_a_nonce(text):
    assert read(text, KEYS, NOW) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"destination": "cluster.local/ns/finance/sa/billing"},
        {"source": ""},
        {"port": 8081},
        {"cell": "clinic/Deployment/ehr/inbound/8081/mesh"},
        {"purpose": Purpose.RESPONSE},
        {"at": int(NOW) + 1},
        {"random": "a" * 32},
    ],
)
def test_the_mac_covers_each_part(changed):
    other = sign(replace(nonce(), **changed), KEYS).text
    forged = other.rpartition(";")[0] + ";" + signed().text.rpartition(";")[2]
    assert read(forged, KEYS, NOW) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"destination": ""},
        {"destination": "ehr"},
        {"source": "a;b"},
        {"cell": "a;b"},
        {"cell": "a\r\nx: y"},
        {"port": 0},
        {"random": "a"},
        {"random": "1" * 32},
    ],
)
def test_what_a_nonce_cannot_hold_is_not_signed(changed):
    with pytest.raises(ValueError, match="unknown form"):
        sign(replace(nonce(), **changed), KEYS)


@pytest.mark.parametrize("keys", [(), (KEY[:31],), (KEY, OLD, KEY)])
def test_keys_are_one_or_two_and_long_enough(keys):
    with pytest.raises(CanaryKeyError) as error:
        Keys(*keys)
    assert "kkk" not in str(error.value)


def test_no_repr_shows_a_key():
    assert "kkk" not in repr(Keys(KEY, OLD))
    assert set(Keys(KEY, OLD).ids) == {Keys(KEY).first, Keys(OLD).first}
