import orjson
import pytest
from ledger_schema import wrong
from ledgers_in_folders import written

from extauthz.records.ledger import chain as ledger_chain
from extauthz.records.ledger import key_file, notes
from extauthz.records.ledger.notes import Signer

SIGNER = Signer("clinic.example/reviewer", b"k" * 32)
PERIOD = ("--since", "2026-11-01", "--until", "2026-12-01")


@pytest.fixture
def review(phiguard, tmp_path):
    key_file.write(tmp_path / "key", SIGNER)

    def run(*arguments, folders=("a",)):
        return phiguard("audit", "review", *[tmp_path / f for f in folders], *arguments)

    def sign(*arguments, name="Ana Ruiz", **options):
        return run("--sign", name, "--key", tmp_path / "key", *(arguments or PERIOD), **options)

    run.sign = sign
    return run


def kept(tmp_path, folder="a"):
    lines = (tmp_path / folder / "reviews.jsonl").read_bytes().splitlines()
    return [orjson.loads(line) for line in lines]


def test_a_review_is_signed_in_the_ledgers_folder(review, tmp_path):
    head = written(tmp_path / "a", {}, {})
    written(tmp_path / "a", {}, worker=1)
    code, out, _ = review.sign()
    assert (code, out) == (
        0,
        f"{tmp_path / 'a'}: Ana Ruiz has reviewed 3 decisions; every chain holds\n",
    )
    (record,) = kept(tmp_path)
    assert wrong(record) == []
    assert record["heads"]["0"] == {"seq": 3, "hash": head}
    text, (key,) = notes.opened(record["note"], [SIGNER.public])
    assert key == SIGNER.public
    assert text.splitlines()[:2] == ["phiguard ledger review v1", "Ana Ruiz"]
    assert f"ledger-0 3 {head}" in text
    code, out, _ = review()
    assert (code, "Ana Ruiz" in out, str(SIGNER.public) in out) == (0, True, True)


def test_reviews_are_a_chain_and_only_the_period_counts(review, tmp_path):
    written(tmp_path / "a", {}, {}, {})
    review.sign("--since", "2026-11-01T02:00Z", "--until", "2026-11-01T03:00Z")
    written(tmp_path / "a", {}, day=2)
    review.sign(name="Bo")
    one, two = kept(tmp_path)
    assert (one["decisions"], two["decisions"]) == (1, 4)
    assert (two["seq"], two["prev"]) == (2, one["hash"])
    assert review()[0] == 0


def test_each_replica_has_its_own_review(review, tmp_path):
    written(tmp_path / "a", {})
    written(tmp_path / "b", {}, {})
    assert review.sign(folders=("a", "b"))[0] == 0
    assert [kept(tmp_path, f)[0]["decisions"] for f in ("a", "b")] == [1, 2]
    _, out, _ = review("--format", "json", folders=("a", "b"))
    assert [orjson.loads(line)["problem"] for line in out.splitlines()] == ["", ""]


def test_a_broken_ledger_can_be_reviewed_and_the_review_says_so(review, tmp_path):
    written(tmp_path / "a", {}, {})
    (segment,) = (tmp_path / "a").glob("ledger*.jsonl")
    lines = segment.read_bytes().splitlines(keepends=True)
    segment.write_bytes(lines[0] + lines[2])
    code, out, _ = review.sign()
    assert (code, "NOT every chain holds" in out) == (1, True)
    assert kept(tmp_path)[0]["holds"] is False


def test_a_ledger_that_was_cut_off_after_its_review_is_found(review, tmp_path):
    written(tmp_path / "a", {}, {})
    review.sign()
    (segment,) = (tmp_path / "a").glob("ledger*.jsonl")
    segment.write_bytes(b"".join(segment.read_bytes().splitlines(keepends=True)[:-1]))
    code, out, _ = review()
    assert (code, "records of worker 0 were cut off or rewritten since" in out) == (1, True)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"reviewer": "Bo"}, "it says what was not signed"),
        ({"decisions": 0}, "it says what was not signed"),
        ({"decisions": "1"}, "it says what was not signed"),
        ({"decisions": 1.5}, "it says what was not signed"),
        ({"holds": False}, "it says what was not signed"),
        ({"heads": {}}, "it says what was not signed"),
        ({"heads": 5}, "it says what was not signed"),
        (
            {"key": str(Signer("clinic.example/reviewer", b"x" * 32).public)},
            "its signature does not fit",
        ),
        ({"key": "x"}, "its signature does not fit"),
        ({"note": "x"}, "its signature does not fit"),
    ],
)
def test_a_review_that_was_not_signed_so_is_found(review, tmp_path, change, problem):
    written(tmp_path / "a", {})
    review.sign()
    (record,) = kept(tmp_path)
    forged = {k: v for k, v in record.items() if k not in ("seq", "prev", "hash")} | change
    line, _ = ledger_chain.seal(forged, ledger_chain.ChainHead())  # anybody can seal
    (tmp_path / "a" / "reviews.jsonl").write_bytes(line)
    code, out, _ = review()
    assert (code, problem in out) == (1, True)


OTHER = Signer("clinic.example/reviewer", b"o" * 32)


def test_a_review_is_held_against_the_key_that_is_given(review, tmp_path):
    written(tmp_path / "a", {})
    review.sign()
    code, out, _ = review()
    assert (code, "which only the review names; chains held" in out) == (0, True)
    (tmp_path / "pub").write_text(f"{SIGNER.public}\n")
    for keys in (
        ["--key", SIGNER.public],
        ["--key", tmp_path / "pub"],
        ["--key", OTHER.public, "--key", SIGNER.public],
    ):
        code, out, _ = review(*keys)
        assert (code, f"{SIGNER.public}, which was given; chains held" in out) == (0, True)
    code, out, _ = review("--key", OTHER.public)
    assert (code, "no given key has signed it" in out, "chains held" in out) == (1, True, False)


def test_who_writes_a_review_with_a_key_of_his_own_is_found_by_the_key_that_is_given(
    review, tmp_path
):
    written(tmp_path / "a", {})
    key_file.write(tmp_path / "own", OTHER)
    review("--sign", "Ana Ruiz", "--key", tmp_path / "own", *PERIOD)
    assert review()[0] == 0
    assert review("--key", SIGNER.public)[0] == 1
    (record,) = kept(tmp_path)
    forged = {k: v for k, v in record.items() if k not in ("seq", "prev", "hash")}
    line, _ = ledger_chain.seal(forged | {"key": str(SIGNER.public)}, ledger_chain.ChainHead())
    (tmp_path / "a" / "reviews.jsonl").write_bytes(line)
    code, out, _ = review("--key", SIGNER.public)
    assert (code, "its signature does not fit" in out) == (1, True)


@pytest.mark.parametrize("key", [None, SIGNER, OTHER])
def test_readers_of_json_learn_whether_a_given_key_has_signed(review, tmp_path, key):
    written(tmp_path / "a", {})
    review.sign()
    _, out, _ = review("--format", "json", *(["--key", key.public] if key else []))
    assert orjson.loads(out)["trusted"] is (key is SIGNER)


@pytest.mark.parametrize(
    ("keep", "problem"), [(slice(1, 2), "it does not follow"), (slice(0, 1), "")]
)
def test_a_missing_review_is_found_unless_it_was_the_last(review, tmp_path, keep, problem):
    written(tmp_path / "a", {})
    review.sign()
    review.sign()
    path = tmp_path / "a" / "reviews.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[keep]))
    code, out, _ = review()
    assert (code, problem in out) == (int(bool(problem)), True)


def test_a_torn_review_is_found_and_nothing_is_signed_after_it(review, tmp_path):
    written(tmp_path / "a", {})
    review.sign()
    path = tmp_path / "a" / "reviews.jsonl"
    path.write_bytes(path.read_bytes()[:-9] + b"\n")
    assert (review()[0], "line 1 was changed or is torn" in review()[1]) == (1, True)
    code, _, err = review.sign()
    assert (code, err.count("\n")) == (2, 1)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--sign", "Ana", *PERIOD),
        ("--sign", "Ana", "--key", "nowhere", *PERIOD),
        ("--key", "key"),
        ("--sign", "Ana", "--key", "key", "--key", "key", *PERIOD),
        ("--since", "2026-11-01"),
    ],
)
def test_wrong_use_is_one_line(review, tmp_path, arguments):
    written(tmp_path / "a", {})
    code, out, err = review(*arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)


SINCE, UNTIL = ("--since", "2026-11-01"), ("--until", "2026-12-01")


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ((*SINCE, *UNTIL), "--key FILE"),
        (("--key", "key", *UNTIL), "--since TIME"),
        (("--key", "key", *SINCE), "--until TIME"),
        (("--key", "key"), "--since TIME and --until TIME"),
        ((), "--key FILE and --since TIME and --until TIME"),
    ],
)
def test_only_what_is_missing_for_a_signature_is_named(review, tmp_path, given, missing):
    written(tmp_path / "a", {})
    code, out, err = review("--sign", "Ana", *given)
    assert (code, out, err) == (2, "", f"phiguard: --sign NAME: give {missing} too\n")


@pytest.mark.parametrize(
    ("name", "period"),
    [
        ("Ana\nRuiz", PERIOD),
        (" ", PERIOD),
        ("x" * 201, PERIOD),
        ("Ana", ("--since", "2026-11-01")),
        ("Ana", ("--since", "2026-11-02", "--until", "2026-11-01")),
    ],
)
def test_a_review_names_a_person_and_a_period(review, tmp_path, name, period):
    written(tmp_path / "a", {})
    code, out, err = review.sign(*period, name=name)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert not (tmp_path / "a" / "reviews.jsonl").exists()


def test_a_report_lists_the_reviews(review, phiguard, tmp_path):
    written(tmp_path / "a", {})
    review.sign()
    _, out, _ = phiguard("audit", "report", tmp_path / "a")
    assert "Ana Ruiz" in out
    assert "chains held" in out
