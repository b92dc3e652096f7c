"""Examples at the end of a help text, and the page that tells more."""

from dataclasses import dataclass
from typing import Final

_WIDTH: Final = 80


@dataclass(frozen=True, slots=True)
class More:
    """What a help text ends with.

    Args:
        page: of the documentation, from the root of the repository.
        examples: command lines without `phiguard`, and what each does.
    """

    page: str
    examples: tuple[tuple[str, str], ...] = ()


MORE: Final = {
    "": More(
        "README.md",
        (
            ("demo", "real Envoy sidecars, the guard and traffic, on this machine"),
            ("scan export/", "which files hold PHI"),
            ("policy check clinic.yaml", "whether a policy can be used"),
            ("serve --policy clinic.yaml --listen 127.0.0.1:9000", "the guard that Envoy asks"),
            ("posture audit kubernetes://", "where the guard is up"),
        ),
    ),
    "demo": More("docs/quick-start.md"),
    "init": More(
        "docs/quick-start.md",
        (
            ("init", "asks five questions"),
            (
                "init --service clinic/ehr --service finance/billing "
                "--phi clinic/ehr:finance/billing=payment",
                "the same from flags",
            ),
        ),
    ),
    "serve": More("docs/operations.md"),
    "scan": More(
        "docs/scan-in-ci.md",
        (
            ("scan export/ notes.txt", "a table of what each file holds"),
            ("scan --format sarif . > phi.sarif", "for the code scanning of a repository"),
            ("scan --baseline .phiguard-baseline.json .", "only what is new counts"),
            ("scan --format json - < message.hl7", "one document from the standard input"),
        ),
    ),
    "baseline": More(
        "docs/scan-in-ci.md",
        (("baseline write .phiguard-baseline.json .", "keep what is there today"),),
    ),
    "baseline write": More("docs/scan-in-ci.md"),
    "rest": More(
        "docs/at-rest.md",
        (
            ("rest scan export/ postgres://db.clinic/ehr", "read sources into a catalogue"),
            ("rest status", "what was read, and what was not"),
            ("rest report --format html --output phi.html", "a page for people"),
            ("rest explain public.patient.mrn", "why a column is said to hold something"),
        ),
    ),
    "redact": More(
        "docs/detection.md",
        (
            ("redact claim.json > masked.json", "one document"),
            ("redact -o masked export/", "a folder"),
            ("redact --as DATE_OF_BIRTH=year claim.json", "keep the year of each date of birth"),
        ),
    ),
    "detectors": More(
        "docs/detection.md",
        (
            ("detectors list", "every detector, by group"),
            ("detectors check clinic-numbers.yaml", "the problems of a file of your own"),
        ),
    ),
    "policy": More(
        "docs/policy-tools.md",
        (
            ("policy check clinic.yaml", "errors and warnings, with their places"),
            (
                "policy explain --policy clinic.yaml --from cluster.local/ns/clinic/sa/ehr "
                "--to cluster.local/ns/finance/sa/billing --method POST --path /claims",
                "what happens to one message, and why",
            ),
            ("policy test cases.yaml", "whether messages are judged as expected"),
            ("policy diff old.yaml new.yaml", "what opens and what closes"),
        ),
    ),
    "simulate": More("docs/policy-tools.md", (("simulate cases.yaml", "a row for each message"),)),
    "istio": More(
        "docs/mesh-admin-guide.md",
        (
            ("istio render --output istio-config", "the manifests of an installation"),
            ("istio check manifests/", "what lets PHI pass unread"),
        ),
    ),
    "istio check": More("docs/istio-check.md"),
    "posture": More(
        "docs/posture.md",
        (
            ("posture collect kubernetes:// --output today", "what a cluster shows, in a folder"),
            ("posture audit today", "UP, DOWN or UNKNOWN for each cell"),
            ("posture explain today 'clinic/*'", "the evidence, and what is missing"),
            ("posture diff yesterday today", "which cells turned"),
        ),
    ),
    "posture probe": More("docs/posture-canary.md"),
    "audit": More(
        "docs/audit.md",
        (
            ("audit verify ledger", "whether every chain holds"),
            ("audit tail -f ledger", "the last decisions, and those to come"),
            ("audit query --decision DENY --since 2026-03-01 ledger", "what was denied"),
            ("audit show 5b3e9c1a ledger", "one decision with all that belongs to it"),
        ),
    ),
    "audit export": More("docs/audit-exports.md"),
    "audit key": More(
        "docs/audit.md",
        (("audit key new clinic.example/ledger ledger.key", "a key that signs checkpoints"),),
    ),
    "completion": More(
        "docs/command-line.md",
        (
            ("completion bash > ~/.local/share/bash-completion/completions/phiguard", "bash"),
            ("completion zsh > ~/.zfunc/_phiguard", "zsh, with ~/.zfunc in fpath"),
            ("completion fish > ~/.config/fish/completions/phiguard.fish", "fish"),
        ),
    ),
    "schema": More("docs/command-line.md", (("schema policy check", "of one command"),)),
}


def more(words: tuple[str, ...]) -> More | None:
    """Return what ends the help of a command: its own, or the page of its group."""
    own = MORE.get(" ".join(words))
    if own is not None or not words:
        return own
    above = more(words[:-1])
    return None if above is None else More(above.page)


def place(more: More) -> str:
    """Return where the page is: what is installed has no docs, but man pages."""
    return f"{more.page} of phiguard's repository"


def epilog(words: tuple[str, ...]) -> str:
    """Return the end of a help text: examples, each below what it does, and where more stands."""
    found = more(words)
    if found is None:
        return ""
    lines: list[str] = []
    if found.examples:
        lines.append("examples:")
        for command, about in found.examples:
            lines += [f"  # {about}", *_over_lines(f"phiguard {command}")]
        lines.append("")
    manual = "-".join(("phiguard", *words[:1]))
    return "\n".join([*lines, "more:", f"  man {manual}", f"  {place(found)}"])


def _over_lines(command: str) -> list[str]:
    """Return a command as a shell takes it, in lines that fit a terminal of 80 columns."""
    first, *options = command.split(" --")
    lines = [f"  {first}"]
    for option in options:
        if len(f"{lines[-1]} --{option} \\") > _WIDTH:
            lines[-1] += " \\"
            lines.append(f"      --{option}")
        else:
            lines[-1] += f" --{option}"
    return lines
