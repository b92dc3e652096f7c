"""Builds the docs as a site, into `site/`, and checks it. Runs in `.docs-venv`, by `make docs`.

The pages are laid into a folder as they lie in the repository, so that a link works in both. Each
link and heading must exist, each page must be in the navigation, and no page may fetch anything
from another host.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
SOURCE: Final = ROOT / "site-source"
SITE: Final = ROOT / "site"
PAGES: Final = (
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "docs",
    "istio-config/README.md",
    "istio-config/chart/values.yaml",
    "extauthz/monitoring",
    "examples",
)
"""What the site holds, files and folders. Files that are no pages can be linked to."""
QUIET: Final = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
# matches what a browser fetches by itself: <script src="https://…">, <link href="//…">, <img src=…>
_FETCHED: Final = re.compile(
    r"<(?:script|img|iframe|source)\b[^>]*\bsrc=[\"']?(?:https?:)?//[^\s\"'>]+"
    r"|<link\b[^>]*\bhref=[\"']?(?:https?:)?//[^\s\"'>]+"
)
# matches what a style sheet fetches; not a url(data:…)
_OF_STYLES: Final = re.compile(r"(?:@import\s+[\"']|url\([\"']?)(?:https?:)?//[^\s\"')]+")


def main() -> int:
    """Build. Return 1 when a link leads nowhere or a page fetches from elsewhere."""
    lay(ROOT, SOURCE)
    build = [sys.executable, "-m", "mkdocs", "build", "--strict", "--clean"]
    done = subprocess.run(build, cwd=ROOT, env=QUIET, check=False, capture_output=True, text=True)
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if not line.startswith("INFO")]
        print("\n".join(said), file=sys.stderr)
        return 1
    found = foreign(SITE)
    for line in found:
        print(f"docs: {line}", file=sys.stderr)
    if not found:
        print(f"docs: {sum(1 for _ in SITE.rglob('*.html'))} pages in {SITE.name}/")
    return 1 if found else 0


def lay(root: Path, target: Path) -> None:
    """Copy the pages and what they link to, as they lie in the repository."""
    shutil.rmtree(target, ignore_errors=True)
    for name in PAGES:
        source, copy = root / name, target / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, copy)
        else:
            shutil.copyfile(source, copy)


def foreign(site: Path) -> list[str]:
    """Return where a file of the site makes a browser fetch from another host, by itself."""
    patterns = {".html": _FETCHED, ".css": _OF_STYLES}
    return [
        f"{file.relative_to(site)}: {match[0]}"
        for file in sorted(site.rglob("*"))
        if (pattern := patterns.get(file.suffix)) and file.is_file()
        for match in pattern.finditer(file.read_text())
    ]


if __name__ == "__main__":
    sys.exit(main())
