import orjson
import pytest

from extauthz import cli
from extauthz.demo.programs import POLICY

CLINIC = POLICY.read_text()
WIDER = CLINIC.replace(
    "request: {otherwise: DENY}  # counts", "request: {allow: [DATE_OF_BIRTH]}  # counts"
)
SENTENCE = (
    "research/analytics may now receive DATE_OF_BIRTH from clinic/ehr at POST /reports (request)"
)


@pytest.fixture
def differ(tmp_path, capsysbinary):
    def run(old, new, *more):
        for name, text in (("old.yaml", old), ("new.yaml", new)):
            (tmp_path / name).write_text(text)
        code = cli.main(
            ["policy", "diff", str(tmp_path / "old.yaml"), str(tmp_path / "new.yaml"), *more]
        )
        out, err = capsysbinary.readouterr()
        return code, out.decode(), err.decode()

    return run


def test_the_exit_code_says_whether_anything_opens(differ):
    assert differ(CLINIC, WIDER)[:2] == (1, f"+ {SENTENCE}\n1 open, 0 close\n")
    assert differ(WIDER, CLINIC)[0] == 0
    assert differ(CLINIC, f"# the same\n{CLINIC}")[:2] == (0, "no difference\n")


def test_a_program_gets_the_same_as_json(differ):
    code, out, _ = differ(CLINIC, WIDER, "--format", "json")
    said = orjson.loads(out)
    assert (code, said["opens"], said["settings"]) == (1, True, [])
    assert [c["says"] for c in said["changes"]] == [SENTENCE]
    assert (said["changes"][0]["infoTypes"], said["changes"][0]["after"]) == (
        ["DATE_OF_BIRTH"],
        "ALLOW",
    )


def test_what_cannot_be_compared_and_what_decides_nothing_are_lines_of_their_own(differ):
    edge = "from: [{namespaces: [a]}], to: [{namespaces: [b]}]"
    more = (
        f"  - {{name: asks, {edge}, when: {{claims: {{role: [doctor]}}}}}}\n"
        f"  - {{name: watched, action: AUDIT, {edge}}}\n"
    )
    code, out, _ = differ(CLINIC, CLINIC + more)
    assert code == 1
    assert out.splitlines() == [
        # ALERT before, DENY after: without mutual TLS the new rule cannot be evaluated.
        "- a/* may no longer call b/* without mutual TLS",
        "? rule `asks` is new and requires claim role = doctor: not compared, review it",
        "  AUDIT rule `watched` is new: it decides nothing",
        "0 open, 1 close",
    ]
    said = orjson.loads(differ(CLINIC, CLINIC + more, "--format", "json")[1])
    assert said["untried"] == [{"rule": "asks", "how": "new", "asksFor": "claim role = doctor"}]
    assert said["audits"] == [{"rule": "watched", "how": "new"}]


def test_more_than_can_be_compared_is_one_line(differ):
    many = ", ".join(f"cluster.local/ns/a/sa/w{n}" for n in range(400))
    wide = f"  - {{name: wide, from: [{{principals: [{many}]}}], to: [{{principals: [{many}]}}]}}\n"
    code, out, err = differ(CLINIC, CLINIC + wide)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "new.yaml: the rules tell more than 100000 kinds of messages apart" in err


def test_a_policy_that_cannot_be_used_is_told_with_its_place(differ):
    code, out, err = differ(CLINIC, CLINIC.replace("mode:", "moode:"))
    assert (code, out) == (2, "")
    assert "new.yaml:6:3: error: unknown key `moode`" in err
