"""Keys and notes have the bytes that C2SP signed-note defines; a changed note opens with no key."""

import base64
import hashlib

import pytest

from extauthz.records.ledger import notes
from extauthz.records.ledger.notes import KeyTextError, NoteError, Signer

SIGNER = Signer("clinic.example/ledger", bytes(range(32)))
OTHER = Signer("clinic.example/ledger", bytes(32))
TEXT = "first\n\nthird\n"


def test_the_keys_and_notes_of_the_go_project_are_read():
    # of the documentation of golang.org/x/mod/sumdb/note
    secret = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
    public = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    note = (
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n\n"
        "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNX"
        "gKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    )
    assert str(notes.signer(secret).public) == public
    assert notes.signer(secret).secret() == secret
    text, signed = notes.opened(note, [notes.public_key(public)])
    assert (text.splitlines()[1], signed) == (
        "then you don't know what your problem is.",
        (notes.public_key(public),),
    )
    assert notes.sign(text, notes.signer(secret)) == note


def test_a_key_id_is_the_hash_of_name_type_and_key():
    key = SIGNER.public
    want = hashlib.sha256(b"clinic.example/ledger\n\x01" + key.key).hexdigest()[:8]
    encoded = base64.b64encode(b"\x01" + key.key).decode()
    assert str(key) == f"clinic.example/ledger+{want}+{encoded}"
    assert notes.public_key(str(key)) == key


def test_a_repr_never_shows_the_private_key():
    secret = SIGNER.secret().rpartition("+")[2]
    assert secret not in repr(SIGNER)
    assert bytes(range(32)).hex() not in repr(SIGNER)


def test_a_note_opens_with_the_keys_that_signed_it_and_ignores_others():
    note = notes.sign(TEXT, SIGNER, OTHER)
    assert notes.opened(note, [SIGNER.public]) == (TEXT, (SIGNER.public,))
    assert notes.opened(note, [OTHER.public, SIGNER.public])[1] == (SIGNER.public, OTHER.public)
    with pytest.raises(NoteError, match="no signature of a given key"):
        notes.opened(note, [Signer("other", bytes(32)).public])


def test_no_byte_of_a_note_can_be_changed():
    note = notes.sign(TEXT, SIGNER).encode()
    for at in range(len(note)):
        for other in {note[at] ^ 1, note[at] ^ 32, 10, 32, 65} - {note[at]}:
            changed = note[:at] + bytes([other]) + note[at + 1 :]
            try:
                text = changed.decode()
            except UnicodeDecodeError:
                continue
            with pytest.raises(NoteError):
                notes.opened(text, [SIGNER.public])


def test_no_part_of_a_note_can_be_cut_off():
    note = notes.sign(TEXT, SIGNER)
    for at in range(len(note)):
        with pytest.raises(NoteError):
            notes.opened(note[:at], [SIGNER.public])


def test_a_bad_signature_of_a_known_key_spoils_the_note():
    forged = OTHER.line("another text\n")
    with pytest.raises(NoteError, match="does not fit the text"):
        notes.opened(notes.sign(TEXT, SIGNER) + forged, [SIGNER.public, OTHER.public])
    assert notes.opened(notes.sign(TEXT, SIGNER) + forged, [SIGNER.public])[0] == TEXT


@pytest.mark.parametrize(
    "note",
    [
        "",
        "text\n",
        "\n\n\u2014 a AAAAAAA=\n",
        TEXT + "\n- clinic.example/ledger AAAAAAAA\n",
        TEXT + "\n\u2014 clinic.example/ledger not base64\n",
        TEXT + "\n\u2014 clinic.example/ledger AAAA\n",  # shorter than a key id
        TEXT + "\n\u2014  AAAAAAAA\n",
        "tab\t\n\n" + SIGNER.line("tab\t\n"),
        notes.sign(TEXT, *[SIGNER] * 65),
        notes.sign("x" * (1 << 20) + "\n", SIGNER),
    ],
)
def test_what_is_no_note_is_refused(note):
    with pytest.raises(NoteError):
        notes.opened(note, [SIGNER.public])


def test_sixteen_signatures_are_read():
    strangers = [Signer(f"s{n}", bytes([n]) * 32) for n in range(15)]
    assert notes.opened(notes.sign(TEXT, *strangers, SIGNER), [SIGNER.public])[0] == TEXT


@pytest.mark.parametrize("read", [notes.public_key, notes.signer])
@pytest.mark.parametrize("text", ["", "name", "a+b+c", "name+00000000+AQ==", "+00000000+", "a b"])
def test_what_is_no_key_is_refused(read, text):
    with pytest.raises(KeyTextError):
        read(text)


def test_no_character_of_a_key_can_be_changed():
    for text, read in ((str(SIGNER.public), notes.public_key), (SIGNER.secret(), notes.signer)):
        for at in range(len(text)):
            for other in {"A", "0", "+", " "} - {text[at]}:
                with pytest.raises(KeyTextError):
                    read(text[:at] + other + text[at + 1 :])


def test_a_private_key_is_no_verifier_key_and_a_message_never_holds_it():
    with pytest.raises(KeyTextError) as raised:
        notes.public_key(SIGNER.secret())
    assert SIGNER.secret()[-20:] not in str(raised.value)
    with pytest.raises(KeyTextError) as raised:
        notes.signer(SIGNER.secret().replace("clinic", "clinik"))
    assert SIGNER.secret()[-20:] not in str(raised.value)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\n", "a\u00a0b"])
def test_a_name_has_no_spaces_and_no_plus(name):
    with pytest.raises(KeyTextError, match="a key name has no spaces"):
        Signer(name, bytes(32))
