from canary_samples import KEY, KEYS, OLD, signed
from hypothesis import given
from hypothesis import strategies as st

from mesh.message.facts import Vantage
from mesh.posture.canary.nonce import Keys
from mesh.posture.canary.proof import Seen, State, prove, verify
from phiscan.finding import Coverage, Verdict

SEEN = Seen(State.EXACT, Vantage.INBOUND, True, Verdict.PHI, Coverage.COMPLETE)
PROOF = prove(signed(), KEYS, "id", SEEN)


@given(
    st.builds(
        Seen,
        st.sampled_from(State),
        st.sampled_from(Vantage),
        st.booleans(),
        st.sampled_from(Verdict),
        st.sampled_from(Coverage),
    )
)
def test_a_proof_says_what_the_guard_saw(seen):
    assert verify(signed(), KEYS, "id", prove(signed(), KEYS, "id", seen)) == seen
    found = seen.verdict is Verdict.PHI and seen.coverage is Coverage.COMPLETE
    assert seen.is_found is found


def test_a_proof_is_of_one_nonce_and_one_decision_and_one_key():
    assert verify(signed(), KEYS, "id", PROOF) == SEEN
    assert verify(signed(random="a" * 32), KEYS, "id", PROOF) is None
    assert verify(signed(), KEYS, "other", PROOF) is None
    assert verify(signed(), KEYS, "", PROOF) is None
    assert verify(signed(Keys(OLD)), Keys(OLD, KEY), "id", PROOF) is None


def test_a_guard_proves_with_the_key_of_the_nonce():
    older = signed(Keys(OLD))
    assert verify(older, Keys(OLD), "id", prove(older, Keys(KEY, OLD), "id", SEEN)) == SEEN


@given(st.integers(0, 1000), st.characters(codec="ascii"))
def test_no_proof_counts_with_another_character_in_it(place, letter):
    place %= len(PROOF)
    changed = PROOF[:place] + letter + PROOF[place + 1 :]
    assert (verify(signed(), KEYS, "id", changed) is not None) is (changed == PROOF)


@given(st.text(max_size=200))
def test_no_other_text_is_a_proof(text):
    assert verify(signed(), KEYS, "id", text) is None


def test_a_nonce_is_no_proof_of_itself():
    assert verify(signed(), KEYS, "id", signed().text) is None
