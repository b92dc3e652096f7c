"""One YAML document from an untrusted text, as a node graph in which each node knows its place.

Only what a configuration needs is accepted: one document, no anchors or aliases (ten lines of them
can expand to gigabytes), limited depth and size, no tabs as indentation.

Where PyYAML has libyaml, libyaml parses the text, several times faster than PyYAML's own parser.
PyYAML's parser has the last word, so that no file means different things on different machines. It
reads the texts that libyaml refuses, and texts of the kinds on which the two were seen to differ
(tabs, tags, byte order marks).
"""

import re
from contextlib import suppress
from typing import Final

import yaml
from yaml.composer import Composer
from yaml.nodes import Node
from yaml.reader import ReaderError

# some thousand rules; without libyaml, PyYAML takes seconds to parse that much
MAX_BYTES: Final = 1 << 20
# a FHIR resource as the body of a case nests 15 deep; Python's recursion limit is far higher
_MAX_DEPTH: Final = 64
# matches the escape `"\ud83d"`, half of a surrogate pair: no UTF-8, so no record could hold it
_SURROGATE: Final = re.compile(r"[\ud800-\udfff]")
_LEADING_TAB: Final = re.compile(r"^ *\t", re.MULTILINE)


class UnreadableError(Exception):
    """The text is not a document. Line and column count from 1."""

    def __init__(self, line: int, column: int, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.line, self.column, self.message, self.hint = line, column, message, hint


# Texts on which the two parsers differ or may differ: `a\tb`, `! x`, `{a?b}`, a byte order mark, a
# Unicode line end, `%YAML 1.2`, `a: |#`. Found by giving both about a hundred thousand damaged
# policies.
_UNUSUAL: Final = re.compile(r"[\t!?\r\ufeff\x85\u2028\u2029]|^%|[|>][-+0-9]*#", re.MULTILINE)


class _Bounded(Composer):
    """PyYAML's composer, without anchors and aliases and with limited depth."""

    _depth = 0

    def compose_node(self, parent: Node | None, index: int) -> Node | None:
        # the parser class that it is mixed with has `peek_event`
        event = self.peek_event()  # type: ignore[attr-defined]
        mark = event.start_mark
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise UnreadableError(
                mark.line + 1,
                mark.column + 1,
                f"`{event.anchor}` is an anchor or alias",
                "write it out",
            )
        if isinstance(event, yaml.ScalarEvent) and _SURROGATE.search(event.value):
            raise UnreadableError(
                mark.line + 1,
                mark.column + 1,
                "an escape writes half of a surrogate pair",
                "write the whole character, `\\U0001f600`",
            )
        if self._depth >= _MAX_DEPTH:
            raise UnreadableError(
                mark.line + 1, mark.column + 1, f"the file nests deeper than {_MAX_DEPTH} levels"
            )
        self._depth += 1
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node


class _Loader(_Bounded, yaml.SafeLoader):
    """Uses PyYAML's own parser."""


def _composed(text: str) -> Node | None:
    return _Loader(text).get_single_node()


if yaml.__with_libyaml__:

    class _FastLoader(_Bounded, yaml.CSafeLoader):
        """Uses libyaml's parser."""

        def __init__(self, text: str) -> None:
            yaml.CSafeLoader.__init__(self, text)
            Composer.__init__(self)

    def _composed(text: str) -> Node | None:
        if _UNUSUAL.search(text) is None:
            with suppress(yaml.YAMLError):
                return _FastLoader(text).get_single_node()
        return _Loader(text).get_single_node()


def compose(text: str) -> Node:
    """The root node of the text. Raises `UnreadableError`."""
    _check_characters(text)
    try:
        node = _composed(text)
    except ReaderError as exc:
        raise _at(
            text, exc.position, "the file contains a control character", "remove it"
        ) from None
    except yaml.MarkedYAMLError as exc:
        raise _fault_of(exc) from None
    except ValueError:  # PyYAML's own conversions, such as an escape beyond Unicode
        raise UnreadableError(1, 1, "the file is not valid YAML") from None
    if node is None:
        raise UnreadableError(1, 1, "the file is empty")
    return node


def _check_characters(text: str) -> None:
    try:
        size = len(text.encode())
    except UnicodeEncodeError as exc:
        raise _at(text, exc.start, "the file is not UTF-8", "save it as UTF-8") from None
    if size > MAX_BYTES:
        raise UnreadableError(1, 1, f"the file has {size} bytes, more than {MAX_BYTES}", "split it")
    if tab := _LEADING_TAB.search(text):
        raise _at(text, tab.end() - 1, "a tab indents the line", "use spaces")


def _at(text: str, position: int, message: str, hint: str) -> UnreadableError:
    line_start = text.rfind("\n", 0, position) + 1
    return UnreadableError(
        text.count("\n", 0, position) + 1, position - line_start + 1, message, hint
    )


def _fault_of(exc: yaml.MarkedYAMLError) -> UnreadableError:
    mark = exc.problem_mark or exc.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    if "single document" in (exc.context or ""):
        return UnreadableError(
            line,
            column,
            "a second document starts here",
            "one file holds one document; remove the `---`",
        )
    return UnreadableError(
        line, column, f"the file is not valid YAML: {exc.problem or exc.context}"
    )
