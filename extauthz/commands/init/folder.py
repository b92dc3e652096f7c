"""The folder that `phiguard init` writes, and what to do with it next."""

import shlex
from pathlib import Path
from typing import Final

from extauthz.commands.errors import UsageError
from mesh.starter import case_text, policy_text, values_text
from mesh.starter.answers import Answers

POLICY: Final = "policy.yaml"
CASES: Final = "cases.yaml"
VALUES: Final = "values.yaml"
FILES: Final = (POLICY, CASES, VALUES)
_CHART: Final = "istio-config/chart"
"""Where `phiguard istio chart` writes it, and where it is in a checkout."""


def check(folder: Path, *, replace: bool) -> None:
    """Look whether the files may be written, before anything is asked. Raises UsageError."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder}: a file; name a folder")
    links = [name for name in FILES if (folder / name).is_symlink()]
    if links:  # its target may be anywhere, or not there yet
        raise UsageError(f"{folder}: {', '.join(links)} is a link; name another folder")
    there = [name for name in FILES if (folder / name).exists()]
    if there and not replace:
        raise UsageError(
            f"{folder} has {', '.join(there)} already; name another folder, or replace with --force"
        )


def write(folder: Path, answers: Answers, image: str) -> None:
    """Write the three files. Raises UsageError."""
    policy = policy_text.render(answers)
    texts = {
        POLICY: policy,
        CASES: case_text.render(answers, POLICY),
        VALUES: values_text.render(answers, policy, image),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        why = (error.strerror or "cannot be written").lower()
        raise UsageError(f"{folder}: {why}; name a folder that this user can write") from None


def next_steps(folder: Path, answers: Answers) -> list[str]:
    """Lines that say what was written, and which commands come next."""
    policy, cases, values = (shlex.quote(str(folder / name)) for name in FILES)
    first = (
        []
        if answers.enforces
        else [
            "It records and stops nothing. Set `mode: enforce` when `phiguard audit query` shows",
            "no denial that should pass. Until then, `policy check` warns of the mode.",
        ]
    )
    return [
        f"wrote {policy}, {cases} and {values}",
        "",
        *first,
        "Next:",
        f"  phiguard policy check {policy}",
        f"  phiguard policy test {cases}",
        "  read what is marked CHECK, and narrow each rule to its methods and paths",
        f"  phiguard policy diff BEFORE {policy}    after each change",
        *([] if Path(_CHART).exists() else [f"  phiguard istio chart    writes {_CHART}"]),
        f"  helm template phiguard {_CHART} -n phiguard-system \\",
        f"    -f {values} --set-file policy.text={policy}",
        f"  or without Helm: phiguard istio render --values {values}",
        "docs/install.md of phiguard's repository goes on from there.",
    ]
