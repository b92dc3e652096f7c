"""The licences of what phiguard ships: the packages that its extras bring, by their own metadata.

A package may come in when its licence is permissive, or when `licences.toml` accepts it by name and
licence with a reason. So copyleft that nobody accepted fails, and so does a licence that nobody has
read. Where the metadata name none, `licences.toml` says which licence file somebody read, by its
digest: another text in the next version fails too.

    python -m tools.licences
"""

import hashlib
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.own_tests import ROOT

DECIDED: Final = ROOT / "tools/licences.toml"
_PRODUCT: Final = "phiguard"
_EXTRAS: Final = ("serve", "parquet", "rest")
_PERMISSIVE: Final = frozenset(
    ("0BSD Apache-2.0 BSD BSD-2-Clause BSD-3-Clause ISC MIT MIT-0 PSF-2.0 Unlicense Zlib").split()
)
# what metadata say that are older than licence expressions, and the name in SPDX; `BSD` is of an
# unknown number of clauses
_SPELLINGS: Final = {
    "3-clause bsd license": "BSD-3-Clause",
    "apache 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "bsd 3-clause license": "BSD-3-Clause",
    "bsd license": "BSD",
    "isc license (iscl)": "ISC",
    "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "python software foundation license": "PSF-2.0",
}
_CLASSIFIER: Final = "License :: OSI Approved :: "
# matches "Apache-2.0", "(", ")", "AND"; not "3-Clause BSD License" as one word
_WORD: Final = re.compile(r"[()]|[\w.+-]+")
# the longest text under `License` that is a name and not the licence itself
_LONGEST: Final = 60


class LicenceError(Exception):
    """A package may not be shipped as things are. The text says why."""


@dataclass(frozen=True)
class Shipped:
    """One package: its name, version, and its licence as SPDX has it, or empty."""

    name: str
    version: str
    licence: str


def main() -> int:
    """Print what is shipped. Return 1 when a licence is not accepted."""
    decided = tomllib.loads(DECIDED.read_text())
    packages = [shipped(name, decided["read"]) for name in sorted(_closure())]
    wide = max(len(f"{each.name} {each.version}") for each in packages)
    for each in packages:
        print(f"{each.name} {each.version}".ljust(wide), each.licence)
    problems = list(refused(packages, decided["accepted"]))
    for problem in problems:
        print(f"licences: {problem}", file=sys.stderr)
    return 1 if problems else 0


def refused(packages: list[Shipped], accepted: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """Yield why a package may not be shipped, and which acceptance has no package any more.

    Args:
        packages: what is shipped.
        accepted: `licence` and `reason` by the name of a package.
    """
    for each in packages:
        if is_permissive(each.licence):
            continue
        if not each.licence:
            yield f"{each.name}: its metadata name no licence; read it, and say so in licences.toml"
        elif accepted.get(each.name, {}).get("licence") != each.licence:
            yield f"{each.name}: {each.licence} is not permissive, and licences.toml accepts it not"
    names = {each.name for each in packages if not is_permissive(each.licence)}
    for name in sorted(set(accepted) - names):
        yield f"{name}: licences.toml accepts what is not shipped, or is permissive"


def is_permissive(expression: str) -> bool:
    """Whether a licence expression of SPDX is permissive: one side of each OR, both of each AND."""
    words = _WORD.findall(expression)
    return bool(words) and _either(words) and not words


def _either(words: list[str]) -> bool:
    good = _both(words)
    while words and words[0] == "OR":
        words.pop(0)
        good = _both(words) or good
    return good


def _both(words: list[str]) -> bool:
    good = _one(words)
    while words and words[0] == "AND":
        words.pop(0)
        good = _one(words) and good
    return good


def _one(words: list[str]) -> bool:
    if not words:
        return False
    word = words.pop(0)
    if word != "(":
        return word in _PERMISSIVE
    good = _either(words)
    return bool(words) and words.pop(0) == ")" and good


def licence_of(about: Mapping[str, Any], classifiers: list[str]) -> str:
    """Return the licence that metadata name, as SPDX has it, or empty text.

    Several classifiers are joined by AND: which of them is a choice, they do not say.
    """
    if "License-Expression" in about:
        return str(about["License-Expression"])
    text = str(about["License"] or "").strip() if "License" in about else ""
    name = _SPELLINGS.get(text.lower(), text)
    if _is_name(name):
        return name
    found = (c.removeprefix(_CLASSIFIER) for c in classifiers if c.startswith(_CLASSIFIER))
    return " AND ".join(_SPELLINGS.get(each.lower(), each) for each in found)


def _is_name(text: str) -> bool:
    words = [word for word in _WORD.findall(text) if word not in {"AND", "OR", "(", ")"}]
    return 0 < len(text) <= _LONGEST and (
        text in _SPELLINGS.values() or all(word in _PERMISSIVE for word in words) or "-" in text
    )


def shipped(name: str, read: Mapping[str, Mapping[str, str]]) -> Shipped:
    """Return an installed package with its licence.

    Args:
        name: of the package.
        read: `licence`, `file` and `sha256` of it, for packages whose metadata name no licence.
    """
    installed = metadata.distribution(name)
    about = installed.metadata
    classifiers = about.get_all("Classifier") or []
    # it has what is used of a Mapping
    licence = licence_of(about, classifiers)  # type: ignore[arg-type]
    if not licence and name in read:
        licence = _read(installed, read[name])
    return Shipped(name, installed.version, licence)


def _read(installed: metadata.Distribution, entry: Mapping[str, str]) -> str:
    """Return the licence that somebody read, when the file is still the one that was read."""
    for file in installed.files or []:
        if file.name == entry["file"] and ".dist-info" in file.parts[0]:
            content = Path(str(installed.locate_file(file))).read_bytes()
            if hashlib.sha256(content).hexdigest() == entry["sha256"]:
                return entry["licence"]
    return ""


def _closure() -> set[str]:
    """Return the names of all packages that the base and the extras bring on this platform."""
    todo = [(_PRODUCT, extra) for extra in _EXTRAS]
    done: set[tuple[str, str]] = set()
    while todo:
        name, extra = todo.pop()
        if (name, extra) in done:
            continue
        done.add((name, extra))
        todo += needs(name, extra)
    return {name for name, _ in done} - {_PRODUCT}


def needs(name: str, extra: str) -> Iterator[tuple[str, str]]:
    """Yield the names that a package requires on this platform, each with every extra it asks for.

    Args:
        extra: of the package, or empty. Each name is yielded with an empty one too.
    """
    for need in map(Requirement, metadata.requires(name) or []):
        if need.marker is None or need.marker.evaluate({"extra": extra}):
            yield from ((canonicalize_name(need.name), each) for each in ("", *need.extras))


if __name__ == "__main__":
    sys.exit(main())
