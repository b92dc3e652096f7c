"""What both pictures of a graph share: colours for light and dark pages, title, legend.

A picture has a ground of its own, because nobody knows on what page it will stand. A reader who
prefers dark pages gets dark colours. Nothing is told by colour alone.
"""

from collections.abc import Iterator, Sequence
from typing import Final
from xml.sax.saxutils import escape

MARGIN: Final = 30
TITLE: Final = 62
"""Pixels above what is drawn: the margin and the title."""
LINE: Final = 20
"""Pixels of a line of text."""
LETTER: Final = 7.2
"""Pixels of the width of a letter, on average; of a wide one more."""

_RULES: Final = {
    # class: light, dark
    "rect.g": ("fill:#fff", "fill:#0d1117"),  # the ground
    "text": ("fill:#1b1f24", "fill:#e6edf3"),
    ".n": ("fill:#f3f5f8;stroke:#8a94a3", "fill:#161b22;stroke:#6e7681"),  # a namespace
    ".w": ("fill:#fff;stroke:#33475b", "fill:#21262d;stroke:#adbac7"),  # a workload
    ".a": ("fill:none;stroke:#33475b", "fill:none;stroke:#adbac7"),  # an arrow
    ".t": ("fill:#33475b", "fill:#adbac7"),  # its tip
    ".b": ("fill:#33475b", "fill:#adbac7"),  # the circle of a number
    ".k": ("fill:#fff", "fill:#0d1117"),  # a number
    ".c": ("fill:#fff;stroke:#d0d7de", "fill:#0d1117;stroke:#30363d"),  # an empty cell
    ".p": ("fill:#d6e6fa;stroke:#8a94a3", "fill:#1c3a5e;stroke:#6e7681"),  # PHI passes
    ".q": ("fill:#f0f3f6;stroke:#8a94a3", "fill:#272d35;stroke:#6e7681"),  # only masked, or none
    ".d": ("fill:#d0d7de;stroke:#d0d7de", "fill:#30363d;stroke:#30363d"),  # from itself to itself
    ".l": ("stroke:#33475b", "stroke:#adbac7"),  # between two namespaces
}
_SHAPES: Final = (
    "text{font:13px sans-serif}.h{font-size:16px;font-weight:bold}.s{font-weight:bold}"
    ".m{stroke-dasharray:6 4}.k{font-size:10px}.e{font-size:11px}.i{font-style:italic}"
    ".l{stroke-width:2}"
)
STYLE: Final = (
    _SHAPES
    + "".join(f"{name}{{{light}}}" for name, (light, _) in _RULES.items())
    + "@media(prefers-color-scheme:dark){"
    + "".join(f"{name}{{{dark}}}" for name, (_, dark) in _RULES.items())
    + "}"
)
TIP: Final = (
    '<defs><marker id="to" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" '
    'orient="auto"><polygon class="t" points="0,0 8,4 0,8"/></marker></defs>'
)
LETTERS: Final = (
    "Letters are the classes of 45 CFR 164.514(b)(2)(i): A names, B places, C dates, D telephone, "
    "E fax, F e-mail, G social security,",
    "H record, I health plan, J account, K licence, L vehicle and M device numbers, N URLs, "
    "O IP addresses, P biometrics, Q photographs, R other codes.",
    "A+ means a part of class A. Health information is not drawn: it flows unless a rule names it.",
)


def text_width(text: str) -> int:
    """Pixels that a text may take; rather too many."""
    return round(len(text) * LETTER)


def document(
    size: tuple[int, int], title: str, sentences: Sequence[str], drawn: Sequence[str]
) -> str:
    """The whole SVG.

    Args:
        size: width and height in pixels.
        title: what stands above, and what a screen reader says first.
        sentences: what a screen reader says then.
        drawn: the elements.
    """
    width, height = size
    return (
        "\n".join(
            (
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
                f'width="{width}" height="{height}" role="img" aria-labelledby="t d">',
                f'<title id="t">{escape(title)}</title>'
                f'<desc id="d">{escape(". ".join(sentences))}</desc>',
                f"<style>{STYLE}</style>{TIP}",
                f'<rect class="g" width="{width}" height="{height}"/>',
                f'<text class="h" x="{MARGIN}" y="{MARGIN + 6}">{escape(title)}</text>',
                *drawn,
                "</svg>",
            )
        )
        + "\n"
    )


def lines(texts: Sequence[str], y: int) -> Iterator[str]:
    """Lines of text below each other, from this height on."""
    for number, text in enumerate(texts):
        yield f'<text x="{MARGIN}" y="{y + LINE * number}">{escape(text)}</text>'
