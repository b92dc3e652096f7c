"""The man pages are those of the commands as they are, and a formatter has nothing to say."""

import shutil
import subprocess

import pytest

from tools import man_pages

# envoy-data-plane, which `demo` imports, causes this warning.
pytestmark = pytest.mark.filterwarnings("ignore:Using `@model_validator`:DeprecationWarning")


@pytest.fixture(scope="module")
def pages():
    return man_pages.pages()


def test_the_pages_in_docs_are_current(pages):
    kept = {path.name: path.read_text() for path in man_pages.FOLDER.glob("*.1")}
    assert kept == pages, "run `make man`"


def test_no_line_of_a_text_is_a_request(pages):
    known = (".TH ", ".SH ", ".TP", ".br", ".ad l")
    lines = [line for text in pages.values() for line in text.splitlines()]
    assert [
        line for line in lines if line.startswith((".", "'")) and not line.startswith(known)
    ] == []


@pytest.mark.skipif(shutil.which("mandoc") is None, reason="needs mandoc")
def test_mandoc_finds_no_fault():
    files = sorted(map(str, man_pages.FOLDER.glob("*.1")))
    said = subprocess.run(  # noqa: S603 - Debian's mandoc
        [str(shutil.which("mandoc")), "-T", "lint", "-W", "warning", *files],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    # a page has no date, so that the same commands make the same page
    assert [line for line in said.stdout.splitlines() if "missing date" not in line] == []


@pytest.mark.skipif(shutil.which("groff") is None, reason="needs groff")
def test_groff_finds_no_fault(pages):
    for text in pages.values():
        said = subprocess.run(  # noqa: S603 - as above
            [str(shutil.which("groff")), "-man", "-Tutf8", "-ww", "-rLL=200n"],
            input=text, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert said.stderr == ""
