"""The colours of closed words: what is well, what is not, what is in between.

A colour repeats what the word says. Only words of closed sets have one, never a text of others.
"""

import sys
from enum import StrEnum
from typing import Final

from extauthz.terminal import screen as screens
from extauthz.terminal.drawn import Drawn
from extauthz.terminal.screen import Screen
from extauthz.terminal.text import shown


class Tone(StrEnum):
    """A style, as rich names it. Each is readable on black and on white."""

    NONE = ""
    GOOD = "green"
    BAD = "bold red"
    CARE = "color(166)"  # an orange; yellow can hardly be read on white
    QUIET = "dim"
    HEAD = "bold"


_WORDS: Final = {
    Tone.GOOD: "ok whole ALLOW UP encrypted mtls none refused holds",
    Tone.BAD: "FAIL DENY DOWN phi plaintext error hole leak broken PASSED",
    Tone.CARE: "REDACT ALERT UNKNOWN identifiers warning refusal (DENY) (REDACT) (ALERT)",
    Tone.QUIET: "- (ALLOW) advice note",
}
_TONES: Final = {word: tone for tone, words in _WORDS.items() for word in words.split()}
_SEVERITIES: Final = ("error", "warning", "hole", "leak", "refusal", "advice")
COLUMNS: Final = frozenset(
    ("", "verdict", "seen", "decision", "state", "encryption", "encrypted", "storage", "severity")
)
"""The columns that hold closed words. All others may hold a text of others."""


def of_word(word: str) -> Tone:
    """Return the tone of a closed word; none for one that is not known."""
    first, _, rest = word.partition(" ")
    if rest and first in ("TRUNCATED", "UNSCANNABLE"):
        return Tone.CARE
    return _TONES.get(word, Tone.NONE)


def painted(text: str, tone: Tone, screen: Screen) -> Drawn:
    """Return a text in a tone, where the screen has colours. It is safe to show."""
    safe = shown(text)
    if not screen.is_coloured or not tone or not safe:
        return Drawn(safe)
    from rich.color import ColorSystem  # noqa: PLC0415 - a pipe does not need it
    from rich.style import Style  # noqa: PLC0415 - nor this

    return Drawn(Style.parse(tone).render(safe, color_system=ColorSystem.EIGHT_BIT))


def led(line: str, screen: Screen | None = None) -> Drawn:
    """Return a line with its first word in its tone: `DENY NOT_ALLOWED ...`, `ok ...`."""
    where = screens.of(sys.stdout) if screen is None else screen
    word, space, rest = line.partition(" ")
    return Drawn(painted(word, of_word(word.rstrip(":")), where) + shown(space + rest))


def judged(line: str, screen: Screen | None = None) -> Drawn:
    """Return a line such as `FILE:1:2: error: ...` with the severity in its tone."""
    where = screens.of(sys.stdout) if screen is None else screen
    for word in _SEVERITIES:
        before, found, after = line.partition(f"{word}: ")
        if found and (not before or before.endswith(": ")):
            toned = painted(word, of_word(word), where)
            return Drawn(f"{shown(before)}{toned}: {shown(after)}")
    return Drawn(shown(line))
