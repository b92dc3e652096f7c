"""`phiguard scan` on folders, on a terminal, and on files that cannot be read."""

import gzip
import io
import os
import shutil
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from extauthz import cli
from extauthz.commands import documents
from extauthz.terminal import progress

CLAIM = b'{"patientName": "Ana Ruiz", "diagnosis": "E11.9", "ssn": "536-22-8790"}'
VALUES = ("Ana Ruiz", "536-22-8790")


class Terminal(io.TextIOWrapper):
    """A stream whose `isatty` is true."""

    def __init__(self):
        super().__init__(io.BytesIO(), encoding="utf-8", write_through=True)

    def isatty(self):
        return True

    def text(self):
        return self.buffer.getvalue().decode()


@pytest.fixture
def terminal(monkeypatch):
    """Run `scan` with standard output and error as terminals."""

    def run(*arguments):
        out, err = Terminal(), Terminal()
        with monkeypatch.context() as patched:
            patched.setattr(sys, "stdout", out)
            patched.setattr(sys, "stderr", err)
            code = cli.main(["scan", *map(str, arguments)])
        return code, out.text(), err.text()

    return run


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "claim.json").write_bytes(CLAIM)
    (tmp_path / "docs" / "note.txt").write_bytes(b"nothing")
    return tmp_path / "docs"


def scan(capsysbinary, *arguments):
    code = cli.main(["scan", *map(str, arguments)])
    out, err = capsysbinary.readouterr()
    return code, out.decode(), err.decode()


def test_the_summary_is_by_class_with_documents_and_findings(folder, capsysbinary):
    (folder / "two.json").write_bytes(
        CLAIM.replace(b"Ana Ruiz", b"Bo Lind").replace(b"536-22-8790", b"")
    )
    _, out, _ = scan(capsysbinary, folder)
    lines = [line.split() for line in out.splitlines()]
    summary = lines[
        lines.index(["class", "infoType", "documents", "findings", "what", "it", "is"]) + 1 :
    ]
    assert summary == [
        ["A", "name", "PERSON_NAME", "2", "2", "person's", "name"],
        ["G", "ssn", "US_SOCIAL_SECURITY_NUMBER", "1", "1", "social", "security", "number"],
        ["health", "DIAGNOSIS", "2", "2", "diagnosis"],
        ["PATIENT_RECORD", "2", "2", "a", "patient's", "record"],
        [],
        ["3", "documents,", "2", "with", "PHI"],
    ]


def test_on_a_terminal_progress_is_shown_and_taken_away(folder, terminal, monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setattr(progress, "_PAUSE", 0.0)
    code, out, said = terminal(folder)
    assert code == 1
    assert "1/2 documents, 71 bytes of 78 bytes" in said
    assert said.endswith("\x1b[2K")
    assert all(value not in said + out for value in VALUES)


def test_elsewhere_no_progress_is_shown(folder, capsysbinary):
    assert scan(capsysbinary, folder)[2] == ""


def test_json_lines_on_a_terminal_are_progress_enough(folder, terminal):
    code, out, err = terminal("--format", "jsonl", folder)
    assert (code, len(out.splitlines()), err) == (1, 2, "")


def test_values_are_shown_on_a_terminal_that_asks_for_them_with_a_warning(folder, terminal):
    (folder / "packed.json.gz").write_bytes(
        gzip.compress(CLAIM.replace(b"Ana Ruiz", "Zo\u00eb Ruiz".encode()))
    )
    code, out, err = terminal("--show-values", folder)
    assert code == 1
    said = [line.split() for line in out.splitlines()]
    assert ["G", "US_SOCIAL_SECURITY_NUMBER", "58-69", "ssn", "536-22-8790"] in said
    assert all(value in out for value in (*VALUES, "Zo\u00eb Ruiz"))
    assert "warning: found values are shown" in err


def test_a_value_cannot_command_the_terminal(tmp_path, terminal, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    (tmp_path / "a.csv").write_bytes(
        b"patient_name,diagnosis\nAna \x1b[2J Ruiz,E11.9\nBo Lind,E11.9\n"
    )
    _, out, _ = terminal("--show-values", tmp_path)
    assert r"Ana \x1b[2J Ruiz" in out
    assert "\x1b[2J" not in out


@pytest.mark.parametrize(
    "extra", [(), ("--format", "jsonl"), ("--format", "sarif", "--values-anywhere")]
)
def test_values_do_not_go_into_a_file_unasked(folder, capsysbinary, extra):
    code, out, err = scan(capsysbinary, "--show-values", *extra, folder)
    assert (code, out, err.count("\n")) == (2, "", 1)


def test_values_go_into_a_file_that_is_meant_to_hold_them(folder, capsysbinary):
    code, out, err = scan(
        capsysbinary,
        "--show-values",
        "--values-anywhere",
        "--format",
        "jsonl",
        folder / "claim.json",
    )
    found = {finding["infoType"]: finding["value"] for finding in orjson.loads(out)["findings"]}
    assert (code, found["PERSON_NAME"], found["US_SOCIAL_SECURITY_NUMBER"]) == (1, *VALUES)
    assert "warning" in err
    assert scan(capsysbinary, "--values-anywhere", folder)[0] == 2


def test_what_cannot_be_read_is_named_with_the_reason_and_the_rest_is_scanned(folder, capsysbinary):
    os.mkfifo(folder / "pipe")
    (folder / "gone").symlink_to(folder / "nowhere")
    code, out, err = scan(capsysbinary, folder)
    assert code == 3  # PHI was found, and something could not be read
    assert "claim.json" in out
    assert [line.partition(": ")[2] for line in sorted(err.splitlines())] == [
        f"{folder}/gone: no such file or directory; give a file that this user can read",
        f"{folder}/pipe: a pipe, socket or device, and no file; name it by itself to read it",
    ]


def test_a_folder_that_cannot_be_searched_is_named(folder, monkeypatch):
    scandir = os.scandir

    def refusing(path):
        if str(path).endswith("locked"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    (folder / "locked").mkdir()
    monkeypatch.setattr(os, "scandir", refusing)  # root can list any folder
    failed = []
    assert len(list(documents.names([str(folder)], failed.append))) == 2
    assert failed == [f"{folder}/locked: permission denied; give a file that this user can read"]


def test_a_large_file_is_read_piece_by_piece_and_no_further_than_the_limit(tmp_path):
    path = tmp_path / "large"
    path.write_bytes(bytes(3 << 20))
    assert [len(chunk) for chunk in documents.chunks(str(path), 1 << 30)] == [1 << 20] * 3
    assert sum(map(len, documents.chunks(str(path), (1 << 20) + 5))) == (1 << 20) + 6


IDENTIFIERS = b'{"employee": "Ana Ruiz", "ssn": "536-22-8790"}'
BY_VERDICT = {
    "phi": CLAIM,
    "identifiers": IDENTIFIERS,
    "health": b'{"diagnosis": "E11.9"}',
    "any": b'{"npi": "1245319599"}',  # a provider's number: the verdict is `none`
}


@pytest.mark.parametrize("fails", ["phi", "identifiers", "health", "any"])
@pytest.mark.parametrize("holds", ["phi", "identifiers", "health", "any"])
def test_fail_on_names_the_least_that_makes_the_exit_code_1(fails, holds, tmp_path, capsysbinary):
    (tmp_path / "one").write_bytes(BY_VERDICT[holds])
    order = list(BY_VERDICT)
    expected = int(order.index(holds) <= order.index(fails))
    assert scan(capsysbinary, "--fail-on", fails, tmp_path)[0] == expected


def test_what_was_not_read_whole_fails_whatever_fail_on_says(tmp_path, capsysbinary):
    (tmp_path / "cut.json").write_bytes(b'{"a": ')
    assert scan(capsysbinary, "--fail-on", "phi", tmp_path)[0] == 2


def test_identifiers_that_leave_the_exit_code_at_0_are_named_in_the_summary(tmp_path, capsysbinary):
    (tmp_path / "one.json").write_bytes(IDENTIFIERS)
    code, out, _ = scan(capsysbinary, tmp_path)
    assert code == 0
    assert out.splitlines()[-1] == (
        "1 document with identifiers without health context; "
        "--fail-on identifiers makes the exit code 1"
    )
    code, out, _ = scan(capsysbinary, "--fail-on", "identifiers", tmp_path)
    assert code == 1
    assert out.splitlines()[-1] == "1 document with identifiers without health context"


def test_without_identifiers_the_summary_says_nothing_of_them(folder, capsysbinary):
    assert "health context" not in scan(capsysbinary, folder)[1]


def test_a_folder_without_a_file_is_not_clean(folder, tmp_path, capsysbinary):
    (tmp_path / "empty" / "deeper").mkdir(parents=True)
    for paths in ([tmp_path / "empty"], [folder / "note.txt", tmp_path / "empty"]):
        code, _, err = scan(capsysbinary, *paths)
        assert code == 2
        assert err == (
            f"phiguard: {tmp_path}/empty: no file in this folder; "
            "give a folder that holds documents\n"
        )


SSN = "employee 512-44-9031"


@pytest.fixture
def ssn(tmp_path):
    """A function that writes documents in a folder of their own, and scans them."""
    top = tmp_path / "scanned"
    top.mkdir()

    def write(name, text):
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    write.top = top
    return write


ANY = ("--fail-on", "identifiers")


def test_a_comment_with_a_reason_makes_a_finding_count_no_more(ssn, capsysbinary):
    path = ssn("a.py", f"x = '{SSN}'\n")
    assert scan(capsysbinary, *ANY, path)[0] == 1
    named = f"x = '{SSN}'  # phiguard:ignore(US_SOCIAL_SECURITY_NUMBER) it is made up\n"
    path = ssn("a.py", named)
    code, _, err = scan(capsysbinary, *ANY, path)
    assert (code, err) == (0, "phiguard: 1 finding ignored by a comment beside it\n")
    assert scan(capsysbinary, *ANY, "--no-inline-ignores", path)[0] == 1


@pytest.mark.parametrize(
    ("comment", "holds"),
    [
        ("phiguard:ignore(G) made up", True),
        ("phiguard:ignore(*) made up", True),
        ("phiguard:ignore(A, G) made up", True),
        ("phiguard:ignore(A) made up", False),
        ("phiguard:ignore() made up", False),
        ("phiguard:ignore(G)", False),  # no reason
        ("phiguard:ignore(G) */ -->", False),
        ("phiguard:ignore made up", False),
    ],
)
def test_which_comments_hold(comment, holds, ssn, capsysbinary):
    path = ssn("a.py", f"x = '{SSN}'  # {comment}\n")
    assert scan(capsysbinary, *ANY, path)[0] == int(not holds)


def test_a_comment_speaks_of_its_line_or_of_the_next(ssn, capsysbinary):
    path = ssn("a.py", f"# phiguard:ignore(G) made up\nx = '{SSN}'\n")
    assert scan(capsysbinary, *ANY, path)[0] == 1
    path = ssn("a.py", f"# phiguard:ignore-next-line(G) made up\nx = '{SSN}'\n")
    assert scan(capsysbinary, *ANY, path)[0] == 0
    path = ssn("a.py", f"# phiguard:ignore-next-line(G) made up\n\nx = '{SSN}'\n")
    assert scan(capsysbinary, *ANY, path)[0] == 1


@pytest.mark.parametrize(
    ("comment", "said"),
    [
        ("phiguard:ignore(G)", "has no reason, and so no effect; write one behind it"),
        ("phiguard:ignore() made up", "names nothing, and so has no effect; write"),
        ("phiguard:ignore(NOSUCH) made up", "names an infoType that no detector has; see"),
        ("phiguard:ignore(G, NOSUCH) made up", "names an infoType that no detector has; see"),
        ("phiguard:ignore(G, *, EMAIL_ADDRESS) made up", ""),
        ("phiguard:ignore(INFOTYPE) reason", ""),
    ],
)
def test_a_comment_that_is_wrong_is_said_with_its_line(comment, said, ssn, tmp_path, capsysbinary):
    path = ssn("a.py", f"\nx = '{SSN}'  # {comment}\n")
    err = scan(capsysbinary, *ANY, path)[2]
    line = f"phiguard: {path}:2: a `phiguard:ignore` {said}"
    assert (line in err) == bool(said)
    assert "NOSUCH" not in err  # it may be anything, a value too
    assert (line in baseline(capsysbinary, tmp_path / "b.json", path)[1]) == bool(said)


def test_a_baseline_says_what_it_leaves_out(ssn, tmp_path, capsysbinary):
    path = ssn("a.py", f"x = '{SSN}'  # phiguard:ignore(G) made up\n")
    ssn("b.py", f"x = '{SSN}'\n")
    ssn("c.txt", SSN)
    file = tmp_path / "known.json"
    code, err = baseline(capsysbinary, file, ssn.top, "--exclude", "*.txt")
    assert (code, err.splitlines()) == (
        0,
        [
            "phiguard: 1 findings written",
            "phiguard: 1 file or folder left out by --exclude",
            "phiguard: 1 not written, as a comment beside them ignores them",
        ],
    )
    assert path.name not in file.read_text()


def baseline(capsysbinary, *arguments):
    code = cli.main(["baseline", "write", *map(str, arguments)])
    return code, capsysbinary.readouterr().err.decode()


def test_what_was_there_before_counts_no_more(ssn, tmp_path, capsysbinary):
    path = ssn("a.csv", f"{SSN}\nnothing\n{SSN}\n")
    kept = tmp_path / "baseline.json"
    assert baseline(capsysbinary, kept, ssn.top) == (0, "phiguard: 2 findings written\n")
    assert b"512-44" not in kept.read_bytes()
    code, _, err = scan(capsysbinary, *ANY, "--baseline", kept, ssn.top)
    assert (code, err) == (0, "phiguard: 2 findings known to the baseline\n")
    # lines above may come and go, and one more of the same form is new
    path.write_text(f"more\nlines\n{SSN}\nnothing\n{SSN}\n")
    assert scan(capsysbinary, *ANY, "--baseline", kept, ssn.top)[0] == 0
    path.write_text(f"{SSN}\nnothing\n{SSN}\nemployee 531-22-8790\n")
    assert scan(capsysbinary, *ANY, "--baseline", kept, ssn.top)[0] == 1
    path.write_text(f"{SSN}\n")
    code, _, err = scan(capsysbinary, *ANY, "--baseline", kept, ssn.top)
    assert code == 0
    assert "1 finding of the baseline gone; write it again" in err


def test_what_is_new_is_named_with_its_line(ssn, tmp_path, capsysbinary):
    path = ssn("a.csv", f"{SSN}\n")
    baseline(capsysbinary, tmp_path / "b.json", path)
    path.write_text(f"{SSN}\nemployee 531-22-8790\n")
    out = scan(capsysbinary, *ANY, "--baseline", tmp_path / "b.json", path)[1]
    new = out.partition("\nnot in the baseline:\n")[2]
    assert new.startswith(f"{path}:2:10: US_SOCIAL_SECURITY_NUMBER: ")
    assert new.count("\n") == 1
    assert "not in the baseline" not in scan(capsysbinary, *ANY, path)[1]


def test_files_that_are_not_read_are_not_gone(ssn, tmp_path, capsysbinary):
    one, other = ssn("a.csv", f"{SSN}\n"), ssn("b.csv", f"{SSN}\n")
    kept = tmp_path / "b.json"
    baseline(capsysbinary, kept, ssn.top)
    one.write_text("nothing\n")
    gone = "1 finding of the baseline gone"
    assert gone not in scan(capsysbinary, "--baseline", kept, other)[2]
    assert gone in scan(capsysbinary, "--baseline", kept, one)[2]
    one.unlink()
    assert gone in scan(capsysbinary, "--baseline", kept, other)[2]


@pytest.mark.parametrize("written", ["a.csv", "./a.csv", "sub/../a.csv", "{top}/a.csv", "."])
def test_a_file_is_known_however_it_is_named(written, ssn, tmp_path, monkeypatch, capsysbinary):
    ssn("a.csv", f"{SSN}\n")
    ssn("sub/b.csv", "nothing\n")
    monkeypatch.chdir(ssn.top)
    kept = tmp_path / "b.json"
    baseline(capsysbinary, kept, written.format(top=ssn.top))
    for again in ("a.csv", "./a.csv", str(ssn.top / "a.csv"), ssn.top):
        assert scan(capsysbinary, *ANY, "--baseline", kept, again)[0] == 0
    monkeypatch.chdir(ssn.top / "sub")
    assert scan(capsysbinary, *ANY, "--baseline", kept, "../a.csv")[0] == 1


def test_another_value_in_a_line_that_is_known_is_known(ssn, tmp_path, capsysbinary):
    # the price of a file without values: the line is known by its form
    path = ssn("a.csv", f"{SSN}\n")
    baseline(capsysbinary, tmp_path / "b.json", ssn.top)
    path.write_text("employee 531-22-8790\n")
    assert scan(capsysbinary, *ANY, "--baseline", tmp_path / "b.json", ssn.top)[0] == 0
    path.write_text("worker 531-22-8790\n")
    assert scan(capsysbinary, *ANY, "--baseline", tmp_path / "b.json", ssn.top)[0] == 1


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"schema":2}', '{"schema":1,"findings":[1]}', "\x00"]
)
def test_a_file_that_is_no_baseline_is_refused(text, ssn, tmp_path, capsysbinary):
    (tmp_path / "b.json").write_text(text)
    code, out, err = scan(capsysbinary, "--baseline", tmp_path / "b.json", ssn("a", "x"))
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "phiguard baseline write" in err


def read(out):
    return sorted(Path(orjson.loads(line)["path"]).name for line in out.splitlines())


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        ((), [".phiguardignore", "a.txt", "kept.log"]),
        (("--exclude", "*.txt"), [".phiguardignore", "kept.log"]),
        (("--exclude", "/sub/"), [".phiguardignore", "a.txt"]),
        (("--all-files",), [".phiguardignore", "a.txt", "b.log", "kept.log"]),
    ],
)
def test_what_is_left_out_of_a_folder(arguments, names, ssn, capsysbinary):
    for name in ("a.txt", "b.log", "sub/kept.log", ".git/config"):
        ssn(name, "nothing")
    ssn(".phiguardignore", "*.log\n!/sub/*.log\n")
    _, out, _ = scan(capsysbinary, "--format", "jsonl", *arguments, ssn.top)
    assert read(out) == names


def test_a_file_that_is_named_itself_is_read(ssn, capsysbinary):
    ssn(".phiguardignore", "*")
    code, out, err = scan(capsysbinary, "--format", "jsonl", ssn("b.log", "nothing"))
    assert (code, read(out), err) == (0, ["b.log"], "")
    code, out, err = scan(capsysbinary, ssn.top)
    assert (code, out) == (2, "")
    assert "every file of it is left out" in err


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        ((), ["a.log", "b.txt", "deep.txt"]),
        (("--force-exclude",), ["b.txt"]),
        (("--force-exclude", "--exclude", "b.*"), []),
        (("--force-exclude", "--all-files"), ["a.log", "b.txt", "deep.txt"]),
    ],
)
def test_a_hook_that_names_each_file(arguments, names, ssn, capsysbinary, monkeypatch):
    ssn(".phiguardignore", "*.log\nsub/\n")
    for name in ("a.log", "b.txt", "sub/x/deep.txt"):
        ssn(name, "nothing")
    monkeypatch.chdir(ssn.top)
    files = ("a.log", "b.txt", "sub/x/deep.txt")
    code, out, _ = scan(capsysbinary, "--format", "jsonl", *arguments, *files)
    assert (code, read(out)) == (0, names)


def git(folder, *words):
    subprocess.run(  # noqa: S603 - our words
        [shutil.which("git") or "git", "-c", "user.name=x", "-c", "user.email=x@y", *words],
        cwd=folder, check=True, capture_output=True,
    )  # fmt: skip


def test_what_git_ignores_is_left_out_and_what_it_tracks_is_read(ssn, capsysbinary):
    git(ssn.top, "init")
    ssn("tracked.csv", "nothing")
    git(ssn.top, "add", ".")
    ssn(".gitignore", "*.csv\n/build/\n")
    for name in ("ignored.csv", "build/a.txt", "new.txt"):
        ssn(name, "nothing")
    code, out, err = scan(capsysbinary, "--format", "jsonl", ssn.top)
    assert (code, read(out)) == (0, [".gitignore", "new.txt", "tracked.csv"])
    assert err == "phiguard: 2 files or folders left out by git\n"
    assert len(read(scan(capsysbinary, "--format", "jsonl", "--all-files", ssn.top)[1])) == 5


def test_a_repository_cannot_run_a_program(ssn, tmp_path, capsysbinary):
    git(ssn.top, "init")
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    program.chmod(0o755)
    git(ssn.top, "config", "core.fsmonitor", str(program))
    ssn("a.txt", "nothing")
    git(ssn.top, "status")  # it is a trap that works
    assert (tmp_path / "ran").exists()
    (tmp_path / "ran").unlink()
    assert scan(capsysbinary, ssn.top)[0] == 0
    assert not (tmp_path / "ran").exists()


def test_several_processes_say_the_same_in_the_same_order(ssn, capsysbinary):
    for number in range(30):
        ssn(f"{number}.json", CLAIM.decode() if number % 3 else "nothing")
    (ssn.top / "gone").symlink_to(ssn.top / "nowhere")

    def said(jobs):
        code, out, err = scan(capsysbinary, "--format", "jsonl", "--jobs", jobs, ssn.top)
        lines = [orjson.loads(line) for line in out.splitlines()]
        return code, [{**line, "elapsedMs": 0} for line in lines], err

    assert said(2) == said(1)
    assert said(1)[0] == 3


@pytest.mark.parametrize("option", ["--jobs", "--max-bytes"])
def test_a_number_below_one_is_refused(option, ssn, capsysbinary):
    code, _, err = scan(capsysbinary, option, "0", ssn("a", "x"))
    assert (code, err) == (2, f"phiguard: {option} 0: too small; give a number above 0\n")
