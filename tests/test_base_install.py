"""What `pip install phiguard` brings does what it says, without any extra.

The wheel is built from this tree, and laid into an environment with what its metadata require and
nothing else. Both come from the disk: the packages are those that this environment has.
"""

import shutil
import subprocess
import sys
import venv
import zipfile
from email.parser import BytesParser
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tools.own_tests import PACKAGES, ROOT

pytestmark = pytest.mark.slow

BUILD = "import sys, setuptools.build_meta as b; b.build_wheel(sys.argv[1])"
CLAIM = b'{"patientName": "Ana Ruiz", "ssn": "512-44-9031", "diagnosis": "E11.9"}'
POLICY = "extauthz/demo/clinic.yaml"
EHR = "cluster.local/ns/clinic/sa/ehr"
BILLING = "cluster.local/ns/finance/sa/billing"


def closure(requirements):
    """The distributions that these requirements bring on this machine, without extras."""
    found: dict[str, metadata.Distribution] = {}
    todo = [Requirement(each) for each in requirements]
    while todo:
        need = todo.pop()
        wanted = need.marker is None or need.marker.evaluate({"extra": ""})
        if wanted and need.name not in found:
            found[need.name] = metadata.distribution(need.name)
            todo += [Requirement(each) for each in found[need.name].requires or []]
    return found


def lay(distribution, site):
    for file in distribution.files or []:
        if ".." not in file.parts:
            target = site / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(distribution.locate_file(file), target)


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """The Python of an environment with the wheel and its base dependencies."""
    folder = tmp_path_factory.mktemp("base")
    source = folder / "source"
    for package in PACKAGES:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / package, source / package, ignore=ignored)
    for file in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / file, source)
    build = [sys.executable, "-c", BUILD, str(folder)]
    subprocess.run(build, cwd=source, check=True, capture_output=True)  # noqa: S603 - our own words
    venv.create(folder / "venv", with_pip=False, symlinks=True)
    (site,) = (folder / "venv/lib").glob("python*/site-packages")
    (wheel,) = folder.glob("phiguard-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
        (name,) = [n for n in archive.namelist() if n.endswith(".dist-info/METADATA")]
        about = BytesParser().parsebytes(archive.read(name))
    for distribution in closure(about.get_all("Requires-Dist")).values():
        lay(distribution, site)
    return folder / "venv/bin/python"


@pytest.fixture(scope="module")
def run(base, tmp_path_factory):
    home = tmp_path_factory.mktemp("home")

    def running(*arguments):
        return subprocess.run(  # noqa: S603 - runs the command that is tested
            [base, "-m", "extauthz.cli", *map(str, arguments)],
            cwd=home,
            env={"HOME": str(home), "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=False,
        )

    return running


@pytest.fixture(scope="module")
def claim(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("claims") / "claim.json"
    path.write_bytes(CLAIM)
    return path


def test_the_library_scans_and_redacts(base):
    code = (
        f"import phiscan; body = {CLAIM!r}; report = phiscan.scan(body);"
        "print(report.verdict.value, phiscan.redact(body, report).decode(), phiscan.__version__)"
    )
    words = [base, "-c", code]
    done = subprocess.run(words, check=True, capture_output=True, text=True)  # noqa: S603 - as above
    version = metadata.version("phiguard")
    assert (
        done.stdout
        == f'phi {{"patientName": "XXX", "ssn": "XXX", "diagnosis": "E11.9"}} {version}\n'
    )


def test_scan_finds_and_redact_masks(run, claim):
    found = run("scan", "--format", "jsonl", claim)
    assert found.returncode == 1, found.stderr
    assert "US_SOCIAL_SECURITY_NUMBER" in found.stdout
    assert "512-44" not in run("redact", claim).stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("policy", "check", ROOT / POLICY),
        ("policy", "explain", "--policy", ROOT / POLICY, "--from", EHR, "--to", BILLING),
        ("policy", "graph", ROOT / POLICY),
        ("policy", "schema"),
        ("detectors", "list"),
        ("istio", "render"),
        ("istio", "values"),
        ("baseline", "--help"),
        ("simulate", "--help"),
        ("rest", "--help"),
    ],
    ids=lambda given: "-".join(map(str, given[:2])),
)
def test_a_command_of_the_base_needs_no_extra(run, arguments):
    done = run(*arguments)
    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_data_at_rest_in_a_folder_are_scanned(run, claim, tmp_path):
    done = run("rest", "scan", claim.parent, "--catalogue", tmp_path / "catalogue")
    assert "Traceback" not in done.stderr
    assert done.returncode in {0, 1}, done.stderr


@pytest.mark.parametrize("command", ["audit", "demo", "posture", "serve"])
def test_a_command_of_an_extra_says_in_one_line_how_to_install_it(run, command):
    done = run(command)
    assert done.returncode == 2
    assert done.stderr.startswith(f"phiguard: {command}: the package ")
    assert done.stderr.endswith(f"is not installed; pip install 'phiguard[{command}]'\n")
    assert done.stderr.count("\n") == 1
