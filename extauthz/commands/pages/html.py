"""HTML in which every text is escaped.

INVARIANT (escaped): `Markup` is made here only, and of escaped texts only. What a ledger says goes
in as text, and a ledger can be forged.
"""

import html
from collections.abc import Iterable
from typing import Final

_LONG: Final = 24
"""Letters of a word that may be cut where a line ends: an id, a principal."""
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
_EMPTY: Final = frozenset({"meta", "rect", "line"})


class Markup(str):
    """Text that is markup already."""

    __slots__ = ()


Child = str | int | Markup | Iterable["Child"]


def element(name: str, *children: Child, **attributes: str | float) -> Markup:
    """Return an element.

    Args:
        name: of the element.
        children: `Markup` as it is; all else as escaped text.
        attributes: `class_` stands for `class`, and `_` for `-`.
    """
    words = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{html.escape(str(value))}"'
        for key, value in attributes.items()
    )
    if name in _EMPTY:
        return Markup(f"<{name}{words}>" if name == "meta" else f"<{name}{words}/>")
    return Markup(f"<{name}{words}>{join(children)}</{name}>")


def join(children: Child) -> Markup:
    """Return the children one after the other."""
    if isinstance(children, Markup):
        return children
    if isinstance(children, str | int):
        return Markup(html.escape(str(children)))
    return Markup("".join(map(join, children)))


def table(heads: Iterable[str], rows: Iterable[Iterable[Child]], *, empty: str) -> Markup:
    """Return a table, or a sentence when it has no row. Numbers stand at the right."""
    cells = [tuple(row) for row in rows]
    if not cells:
        return element("p", empty)
    names = [
        element("th", word, scope="col", **_class(isinstance(cell, int)))
        for word, cell in zip(heads, cells[0], strict=True)
    ]
    lines = [element("tr", *map(_cell, row)) for row in cells]
    return element("table", element("thead", element("tr", *names)), element("tbody", *lines))


def _cell(child: Child) -> Markup:
    if isinstance(child, int):
        return element("td", f"{child:,}", class_="n")
    long = isinstance(child, str) and any(len(word) > _LONG for word in child.split())
    return element("td", child, **_class(long, "long"))


def _class(holds: bool, name: str = "n") -> dict[str, str]:
    return {"class_": name} if holds else {}


def document(title: str, sheet: str, *body: Child) -> str:
    """Return a page that loads nothing from elsewhere and runs no script.

    Args:
        title: of the window.
        sheet: the style sheet.
        body: the content.
    """
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("meta", name_="viewport", content="width=device-width"),
        element("title", title),
        style(sheet),
    )
    return f"<!DOCTYPE html>\n{element('html', head, element('body', *body), lang='en')}\n"


def section(title: str, parts: Iterable[Markup]) -> Markup:
    """Return a section with its heading."""
    return element("section", element("h2", title), *parts)


def numbers(found: Iterable[tuple[str, int]]) -> Markup:
    """Return a row of large numbers, each with its name."""
    items = (element("li", element("b", f"{number:,}"), name) for name, number in found)
    return element("ul", *items, class_="numbers")


def style(text: str) -> Markup:
    """Return a style sheet of this program. It holds nothing that was read."""
    return Markup(f"<style>{text}</style>")
