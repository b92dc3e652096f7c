"""With the public key and yesterday's manifest, every change of a ledger is found, and proofs need
no ledger."""

import re
import shutil
from argparse import Namespace

import orjson
import pytest

from extauthz.commands.audit import verify as verify_command
from extauthz.records.ledger import checkpoints, key_file, note_files, notes, proofs
from extauthz.records.ledger.chain import ChainHead, seal
from extauthz.records.ledger.file import FileLedger
from extauthz.records.ledger.notary import Signing
from extauthz.records.ledger.notes import NoteError, Signer
from extauthz.records.ledger.proofs import ProofError

NAME = "clinic.example/ledger"
KEY = Signer(NAME, bytes(range(32)))
OTHER = Signer(NAME, b"o" * 32)


def written(folder, count, worker=0, signer=KEY, begin=0, **options):
    ledger = FileLedger(
        folder, worker, lambda: "2026-08-01T12:00:00.000000Z",
        signing=Signing(signer, **options), segment_bytes=600,
    )  # fmt: skip
    for number in range(begin, begin + count):
        ledger.append({"kind": "decision", "id": f"{worker}-{number}", "decision": "DENY"})
    ledger.close()


@pytest.fixture
def ledger(tmp_path):
    """Two workers, and the manifest that was kept elsewhere yesterday."""
    folder = tmp_path / "ledger"
    written(folder, 3, 0)
    written(folder, 2, 1)
    shutil.copy(folder / "manifest.note", tmp_path / "yesterday.note")
    return folder


@pytest.fixture
def holds(ledger, tmp_path):
    """Whether the ledger holds, without the time that the command line takes."""
    yesterday = [tmp_path / "yesterday.note"]
    args = Namespace(
        folders=[ledger],
        head=[],
        archived=[],
        key=[str(KEY.public)],
        checkpoint=yesterday,
        format="text",
    )
    return lambda: verify_command.run(args) == 0


@pytest.fixture
def verify(phiguard, tmp_path):
    """Verify with the public key and yesterday's manifest alone. Return code and output."""

    def verify(*folders):
        options = "--key", str(KEY.public), "--checkpoint", tmp_path / "yesterday.note"
        code, out, err = phiguard("audit", "verify", *folders, *options)
        assert code in {0, 1}, err
        return code, out

    return verify


def segments_of(folder):
    return sorted(folder.glob("ledger-*.jsonl"))


def without_notes(folder):
    """Remove all that a guard has signed, as an intruder would."""
    for path in [*folder.glob("*.note"), *folder.glob("*.tree")]:
        path.unlink()


def test_an_untouched_ledger_holds(ledger, verify):
    code, out = verify(ledger)
    assert code == 0
    assert out.count("records hold") == 2
    assert "signed up to record 5" in out
    without_notes(ledger)
    assert verify(ledger)[0] == 0


def test_a_ledger_that_has_grown_holds(ledger, verify):
    written(ledger, 4, 0, begin=3)
    assert verify(ledger)[0] == 0


def test_every_change_of_every_byte_is_found(ledger, holds):
    without_notes(ledger)
    tried = 0
    for path in segments_of(ledger):
        data = path.read_bytes()
        for at in range(len(data)):
            path.write_bytes(data[:at] + bytes([data[at] ^ (1 << at % 8)]) + data[at + 1 :])
            assert not holds(), (path.name, at)
            tried += 1
        path.write_bytes(data)
    assert tried > 1000
    assert holds()


def test_every_removed_or_repeated_or_swapped_line_is_found(ledger, holds):
    without_notes(ledger)
    for path in segments_of(ledger):
        data = path.read_bytes()
        rows = data.splitlines(keepends=True)
        for at in range(len(rows)):
            for changed in (
                rows[:at] + rows[at + 1 :],
                rows[: at + 1] + rows[at:],
                [*rows[:at], *reversed(rows[at : at + 2]), *rows[at + 2 :]],
            ):
                if changed != rows:
                    path.write_bytes(b"".join(changed))
                    assert not holds()
        path.write_bytes(data)


def test_every_cut_of_the_end_is_found(ledger, holds):
    without_notes(ledger)
    for worker in (0, 1):
        last = sorted(ledger.glob(f"ledger-{worker}-*.jsonl"))[-1]
        data = last.read_bytes()
        for size in range(len(data)):
            last.write_bytes(data[:size])
            assert not holds(), size
        last.write_bytes(data)


def test_every_missing_file_and_a_missing_worker_are_found(ledger, verify):
    without_notes(ledger)
    for path in segments_of(ledger):
        data = path.read_bytes()
        path.unlink()
        assert verify(ledger)[0] == 1, path.name
        path.write_bytes(data)
    for path in ledger.glob("ledger-1-*.jsonl"):
        path.unlink()
    code, out = verify(ledger)
    assert (code, "is missing, or was written again" in out) == (1, True)


def test_a_ledger_that_was_written_again_is_found_whatever_signs_it(ledger, verify):
    for signer in (KEY, OTHER):
        shutil.rmtree(ledger)
        written(ledger, 30, 0, signer=signer)
        written(ledger, 30, 1, signer=signer)
        code, out = verify(ledger)
        assert (code, out.count("is missing, or was written again")) == (1, 2)


def test_an_older_copy_in_the_place_of_the_ledger_is_found(tmp_path, verify):
    folder = tmp_path / "ledger"
    written(folder, 3)
    shutil.copytree(folder, tmp_path / "older")
    written(folder, 3)
    shutil.copy(folder / "manifest.note", tmp_path / "yesterday.note")
    code, out = verify(tmp_path / "older")
    assert (code, "its end was cut off" in out) == (1, True)


def test_records_that_were_moved_away_are_covered_by_their_tree_file(tmp_path, ledger, verify):
    head = orjson.loads(segments_of(ledger)[0].read_bytes().splitlines()[-1])["hash"]
    first = segments_of(ledger)[0]
    data = first.read_bytes()
    first.unlink()
    code, out = verify(ledger, "--head", head)
    assert (code, bool(re.search(r"records \d+ to 5 hold.*signed up to record 5", out))) == (
        0,
        True,
    )
    (ledger / "ledger-0.tree").rename(tmp_path / "tree")
    assert "must stand for records" in verify(ledger, "--head", head)[1]
    first.write_bytes(data)
    assert verify(ledger)[0] == 0


def test_an_archive_is_verified_together_with_its_ledger(ledger, verify, tmp_path):
    first = segments_of(ledger)[0]
    head = orjson.loads(first.read_bytes().splitlines()[-1])["hash"]
    away = tmp_path / "archive"
    away.mkdir()
    first.rename(away / first.name)
    assert verify(ledger, away, "--head", head)[0] == 0
    assert "its end was cut off" in verify(away)[1]
    (away / first.name).write_bytes((away / first.name).read_bytes().replace(b"start", b"stark"))
    assert verify(ledger, away, "--head", head)[0] == 1


def rewritten(segment, keep):
    """Seal the records of a segment after the first ones anew, changed."""
    lines, head = segment.read_bytes().splitlines(keepends=True), ChainHead()
    for at, line in enumerate(lines):
        record = orjson.loads(line)
        body = {k: v for k, v in record.items() if k not in {"seq", "prev", "hash"}}
        lines[at], head = seal(body | ({"decision": "ALLOW"} if at >= keep else {}), head)
    segment.write_bytes(b"".join(lines))


@pytest.mark.parametrize("keep", [0, 1])
def test_an_archive_that_was_written_again_does_not_hide_behind_its_ledger(
    ledger, verify, tmp_path, keep
):
    first = segments_of(ledger)[0]
    assert len(first.read_bytes().splitlines()) > 1
    head = orjson.loads(first.read_bytes().splitlines()[-1])["hash"]
    away = tmp_path / "archive"
    away.mkdir()
    first.rename(away / first.name)
    for folders in ((ledger, away), (away, ledger)):
        assert verify(*folders, "--head", head)[0] == 0
    rewritten(away / first.name, keep)
    for folders in ((ledger, away), (away, ledger)):
        code, out = verify(*folders, "--head", head)[:2]
        assert code == 1
        assert ("are not those before" if keep else "no given key has signed") in out


def test_a_segment_that_is_missing_between_an_archive_and_its_ledger_is_found(
    ledger, verify, tmp_path
):
    written(ledger, 9, 0, begin=3)
    first, second, third, *_ = segments_of(ledger)
    assert third.name.startswith("ledger-0-")
    head = orjson.loads(second.read_bytes().splitlines()[-1])["hash"]
    away = tmp_path / "archive"
    away.mkdir()
    first.rename(away / first.name)
    second.unlink()
    code, out = verify(ledger, away, "--head", head)[:2]
    assert code == 1
    assert "records before it are here" in out


def test_a_ledger_of_which_nothing_is_signed_does_not_pass_with_a_key(ledger, phiguard):
    options = "--key", str(KEY.public)
    assert phiguard("audit", "verify", ledger, *options)[0] == 0
    for note in ledger.glob("*.note"):
        note.unlink()
    code, out, _ = phiguard("audit", "verify", ledger, *options)
    assert code == 1
    assert out.count("no given key has signed any of its records") == 2


def test_replicas_are_verified_together(tmp_path, verify, phiguard):
    a, b, copies = tmp_path / "a", tmp_path / "b", tmp_path / "copies"
    key_file.write(tmp_path / "key", KEY)
    copies.mkdir()
    written(a, 2)
    written(b, 2)
    code, out, err = phiguard("audit", "manifest", a, b, "--checkpoint-key", tmp_path / "key")
    assert (code, err) == (0, "")
    (tmp_path / "yesterday.note").write_text(out)
    assert verify(a, b)[0] == 0
    assert verify(a)[0] == 1
    (b / "checkpoint-0.note").unlink()
    assert phiguard("audit", "manifest", a, b, "--checkpoint-key", tmp_path / "key")[0] == 1


def test_a_checkpoint_of_another_key_or_a_changed_one_is_a_problem(ledger, verify, tmp_path):
    note = ledger / "checkpoint-0.note"
    good = note.read_text()
    note.write_text(good.replace("\n5\n", "\n4\n"))
    assert "does not fit the text" in verify(ledger)[1]
    note.write_text(notes.sign(good.partition("\n\n")[0] + "\n", OTHER))
    assert "no signature of a given key" in verify(ledger)[1]


def test_trust_follows_the_rotation_in_the_ledger(ledger, verify, phiguard, tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    key_file.write(old, KEY)
    code, public, _ = phiguard("audit", "key", "rotate", old, new)
    assert code == 0
    assert phiguard("audit", "key", "show", new)[1] == public
    signer, rotations = key_file.read(new)
    written(ledger, 1, 0, signer=signer, rotations=rotations)
    assert verify(ledger)[0] == 0
    assert phiguard("audit", "verify", ledger, "--key", public.strip())[0] == 1  # worker 1's note
    stranger = tmp_path / "stranger"
    key_file.write(stranger, OTHER)
    written(ledger, 1, 0, signer=OTHER)
    assert verify(ledger)[0] == 1


def test_a_record_is_proved_with_the_public_key_alone(ledger, phiguard, tmp_path):
    code, proof, _ = phiguard("audit", "prove", "0-1", ledger)
    assert code == 0
    path = tmp_path / "record.tlog-proof"
    path.write_text(proof)
    shutil.rmtree(ledger)
    code, out, _ = phiguard("audit", "verify-proof", path, "--key", str(KEY.public))
    assert code == 0
    assert "record 4 of 5" in out
    assert "id 0-1" in out
    as_json = phiguard("audit", "verify-proof", path, "--key", str(KEY.public), "--format", "json")[
        1
    ]
    assert orjson.loads(as_json)["holds"]
    code, out, _ = phiguard("audit", "verify-proof", path, "--key", str(OTHER.public))
    assert (code, "no signature" in out) == (1, True)


@pytest.mark.parametrize("harm", ["none", "no tree file", "zeros"])
def test_a_proof_is_the_same_without_the_tree_file(ledger, phiguard, harm):
    tree = ledger / "ledger-0.tree"
    proof = phiguard("audit", "prove", "0-1", ledger)[1]
    if harm == "zeros":
        tree.write_bytes(tree.read_bytes()[:32] + bytes(1000))
    elif harm == "no tree file":
        tree.unlink()
    assert phiguard("audit", "prove", "0-1", ledger)[:2] == (0, proof)


def test_no_byte_of_a_proof_can_be_changed(ledger, phiguard):
    proof = phiguard("audit", "prove", "0-1", ledger)[1]
    line = proofs.parse(proof).line
    for at, char in enumerate(proof):
        for other in {"A", "b", "1", "\n"} - {char}:
            try:
                found = proofs.parse(proof[:at] + other + proof[at + 1 :])
                found.check([KEY.public])
            except (ProofError, NoteError):
                continue
            raise AssertionError((at, found.line == line))


def test_growth_is_proved_between_two_manifests(ledger, phiguard, tmp_path):
    old = tmp_path / "yesterday.note"
    written(ledger, 4, 0, begin=3)
    new = ledger / "manifest.note"
    code, proof, err = phiguard("audit", "prove", "--consistency", old, new, ledger)
    assert (code, "give one folder, and --worker" in err) == (2, True)
    options = "audit", "prove", ledger, "--worker", "0", "--consistency"
    code, proof, _ = phiguard(*options, old, new)
    assert code == 0
    path = tmp_path / "growth"
    path.write_text(proof)
    code, out, _ = phiguard("audit", "verify-proof", path, "--key", str(KEY.public))
    assert (code, "holds all 5 records" in out) == (0, True)
    assert phiguard(*options, new, old)[0] == 2
    found = proofs.parse(proof)
    for at in range(len(proof)):
        changed = proof[:at] + ("A" if proof[at] != "A" else "B") + proof[at + 1 :]
        with pytest.raises((ProofError, NoteError)):
            proofs.parse(changed).check([KEY.public])
    assert found.check([KEY.public])[0].size == 5


def test_what_cannot_be_proved_is_an_error_of_one_line(ledger, phiguard, tmp_path):
    written(ledger, 1, 0, begin=7)
    old = tmp_path / "yesterday.note"
    for words, message in (
        (("none", ledger), f"no decision has this id in {ledger}; give the whole id, and the led"),
        (("0-1", ledger, "--worker", "7"), f"--worker 7: no such worker in {ledger}"),
        (("0-1",), "give the id of a decision, and the folder"),
        (("0-7", ledger, "--checkpoint", old), "wait for the next checkpoint"),
        (("0-1", ledger, "--checkpoint", ledger / "checkpoint-1.note"), "does not speak of this"),
        (("0-1", ledger, "--checkpoint", tmp_path / "none"), "give a checkpoint or a manifest"),
    ):
        code, out, err = phiguard("audit", "prove", *words)
        assert (code, out, err.count("\n"), message in err) == (2, "", 1, True), err


HTML = "<!DOCTYPE html>\n<html>\n\n<p>a\n\n</html>\n"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", 2),
        ("x\n", 2),
        ("\x00", 2),
        (HTML, 2),
        (None, 2),  # a folder
        ("c2sp.org/tlog-proof@v1\n", 1),  # a proof that was cut off
        ("phiguard consistency proof v1\norigin x", 1),
    ],
)
def test_another_file_is_wrong_use_and_a_cut_proof_does_not_hold(phiguard, tmp_path, text, code):
    path = tmp_path / "file"
    path.mkdir() if text is None else path.write_text(text)
    found, out, err = phiguard("audit", "verify-proof", path, "--key", str(KEY.public))
    assert (found, bool(out), "; give a proof, as" in err) == (code, code == 1, code == 2)
    assert str(path) in out + err


@pytest.mark.parametrize("text", ["", HTML, "\x00"])
def test_another_file_in_the_place_of_a_checkpoint_is_wrong_use(ledger, phiguard, tmp_path, text):
    path = tmp_path / "file"
    path.write_text(text)
    code, out, err = phiguard(
        "audit", "verify", ledger, "--key", str(KEY.public), "--checkpoint", path
    )
    assert (code, out) == (2, "")
    assert err == f"phiguard: {path}: no signed note; give a checkpoint or a manifest\n"
    growth = "audit", "prove", ledger, "--consistency", path, ledger / "manifest.note"
    assert phiguard(*growth) == (2, "", err)
    # beside the ledger, where the guard writes it, it is a sign that somebody was there
    (ledger / "checkpoint-0.note").write_text(text)
    assert phiguard("audit", "verify", ledger, "--key", str(KEY.public))[0] == 1


@pytest.mark.parametrize(
    ("made", "why"), [(False, "no such file or directory"), (True, "is a directory")]
)
def test_a_key_file_that_is_not_there_is_named(ledger, phiguard, tmp_path, made, why):
    path = tmp_path / "nope.pub"
    if made:
        path.mkdir()
    code, out, err = phiguard("audit", "verify", ledger, "--key", path)
    assert (code, out, f"--key {path}: {why}; " in err) == (2, "", True)
    assert phiguard("audit", "verify", ledger, "--key", "a" * 300)[0] == 2  # no name of a file
    # what may be a key is not repeated
    code, out, err = phiguard("audit", "verify", ledger, "--key", "PRIVATE+KEY+secret")
    assert (code, out, "secret" in err) == (2, "", False)


def test_a_ledger_that_does_not_fit_gives_no_proof(ledger, phiguard):
    forged = checkpoints.Checkpoint(
        checkpoints.claimed(note_files.read(ledger / "checkpoint-0.note"))[0].origin, 5, bytes(32)
    )
    (ledger / "checkpoint-0.note").write_text(notes.sign(forged.text, KEY))
    code, out, err = phiguard("audit", "prove", "0-1", ledger)
    assert (code, out, "does not fit it" in err) == (2, "", True)


def test_a_new_key_is_printed_as_public_key_and_kept_for_its_owner(phiguard, tmp_path):
    path = tmp_path / "key"
    code, out, _ = phiguard("audit", "key", "new", NAME, path)
    assert (code, out) == (0, f"{key_file.read(path)[0].public}\n")
    assert path.stat().st_mode & 0o777 == 0o600
    assert phiguard("audit", "key", "new", NAME, path)[0] == 2  # never overwritten
    assert phiguard("audit", "key", "new", "a name", tmp_path / "other")[0] == 2


def test_a_key_may_be_a_file_and_never_is_the_private_one(ledger, phiguard, tmp_path):
    (tmp_path / "public").write_text(f"{KEY.public}\n")
    assert phiguard("audit", "verify", ledger, "--key", tmp_path / "public")[0] == 0
    key_file.write(tmp_path / "private", KEY)
    code, _, err = phiguard("audit", "verify", ledger, "--key", tmp_path / "private")
    assert (code, "this is the private key" in err) == (2, True)
    assert phiguard("audit", "verify", ledger, "--checkpoint", tmp_path / "yesterday.note")[0] == 2
