"""What the workflows of the repository's host may do, and what a release of them is."""

import re
import shlex
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

from tools.own_tests import ROOT

FOLDER = ROOT / ".github/workflows"
NAMES = sorted(path.name for path in FOLDER.iterdir())
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
CHART = ROOT / "istio-config/chart"
# what writes, and what for
WRITES = {
    "publish": {"packages", "id-token", "attestations"},
    "announce": {"contents"},
}


def loaded(name):
    return yaml.safe_load((FOLDER / name).read_text())


def jobs(name):
    return loaded(name)["jobs"]


def steps(name):
    return [step for job in jobs(name).values() for step in job.get("steps", [])]


def text(name):
    """The workflow without its comments."""
    return re.sub(r"(?m)(^|\s)#.*$", "", (FOLDER / name).read_text())


def step(job, name):
    (found,) = [each for each in jobs("release.yml")[job]["steps"] if each.get("name") == name]
    return found


def ran(script, **environment):
    """The exit code of a step, which a runner starts like this."""
    return subprocess.run(  # noqa: S603 - runs a step of ours
        ["/bin/bash", "-e", "-o", "pipefail", "-c", script],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", **environment},
        check=False,
    ).returncode


@pytest.mark.parametrize("name", NAMES)
def test_an_action_of_others_is_pinned_by_its_commit(name):
    used = [each["uses"] for each in [*steps(name), *jobs(name).values()] if "uses" in each]
    others = [each for each in used if not each.startswith("./.github/workflows/")]
    assert used
    assert [
        each for each in others if not re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}", each)
    ] == []


def test_one_action_has_one_commit_in_all_workflows():
    used = {each["uses"] for name in NAMES for each in steps(name) if "uses" in each}
    actions = [each.partition("@")[0] for each in used]
    assert sorted(actions) == sorted(set(actions))


@pytest.mark.parametrize("name", NAMES)
def test_a_workflow_reads_and_two_jobs_of_a_release_write(name):
    assert loaded(name)["permissions"] == {"contents": "read"}
    for job, said in jobs(name).items():
        allowed = said.get("permissions", {})
        assert isinstance(allowed, dict), job
        writes = {scope for scope, right in allowed.items() if right == "write"}
        assert writes == (WRITES.get(job, set()) if name == "release.yml" else set()), job


@pytest.mark.parametrize("name", NAMES)
def test_a_checkout_keeps_no_token(name):
    checkouts = [
        each for each in steps(name) if each.get("uses", "").startswith("actions/checkout@")
    ]
    assert [
        each for each in checkouts if each.get("with", {}).get("persist-credentials") is not False
    ] == []


@pytest.mark.parametrize("name", NAMES)
def test_no_expression_stands_in_a_script(name):
    # a runner would paste its value into the script, and so run what a tag's name says
    assert [each["run"] for each in steps(name) if "${{" in each.get("run", "")] == []


def test_a_script_of_a_release_ends_where_a_part_of_a_pipe_fails():
    assert loaded("release.yml")["defaults"] == {"run": {"shell": "bash"}}


def test_secrets_are_for_the_job_that_publishes():
    holders = {job for job, said in jobs("release.yml").items() if "secrets." in str(said)}
    assert holders == {"publish"}
    assert jobs("release.yml")["publish"]["environment"] == "release"


@pytest.mark.parametrize("name", NAMES)
def test_no_workflow_names_a_registry(name):
    assert re.findall(r"\b[a-z0-9-]+\.(?:io|com|dev|net|cloud|azurecr|local)\b", text(name)) == []


def test_a_release_is_tested_and_built_for_both_processors():
    release = jobs("release.yml")
    assert set(release["publish"]["needs"]) == {"test", "image"}
    assert release["test"]["uses"] == "./.github/workflows/test.yml"
    assert release["image"]["strategy"]["matrix"]["runner"] == ["ubuntu-24.04", "ubuntu-24.04-arm"]
    pushed = step("publish", "push one image for both processors")["run"]
    assert {"image-X64", "image-ARM64"} <= set(re.findall(r"image-\w+", pushed))


def test_no_artifact_of_a_release_has_the_name_of_one_of_its_tests():
    made = [
        {each["with"]["name"] for each in steps(name) if "upload-artifact" in each.get("uses", "")}
        for name in ("release.yml", "test.yml")
    ]
    assert all(made)
    assert not made[0] & made[1]
    fetched = re.findall(r"--name (\S+)", text("release.yml"))
    assert set(fetched) == made[0] - {"image-${{ runner.arch }}"}


@pytest.mark.parametrize(("tag", "code"), [(f"v{VERSION}", 0), (VERSION, 1), (f"v{VERSION}.1", 1)])
def test_a_tag_that_is_not_the_version_is_not_released(tag, code):
    script = step("packages", "the tag is the version")["run"]
    assert ran(script, GITHUB_REF_NAME=tag) == code


@pytest.mark.parametrize(
    ("base", "code"),
    [
        ("registry.example/python:3.11-slim@sha256:" + "0f" * 32, 0),
        ("registry.example/python:3.11-slim", 1),
        ("registry.example/python@sha256:0f", 1),
        ("", 1),
    ],
)
def test_a_base_image_without_a_digest_is_not_built_on(base, code):
    script = step("image", "the base image is pinned by digest")["run"]
    assert ran(script, BASE_IMAGE=base) == code


def test_the_image_and_the_chart_have_the_version_of_the_package():
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    assert (chart["version"], chart["appVersion"]) == (VERSION, VERSION)
    assert yaml.safe_load((CHART / "values.yaml").read_text())["image"] == f"phiguard:{VERSION}"
    pushed = step("publish", "push one image for both processors")["run"]
    assert '"docker://$REGISTRY/phiguard:${GITHUB_REF_NAME#v}"' in shlex.split(pushed, posix=False)


def test_the_chart_of_a_release_names_the_image_by_its_digest(tmp_path):
    script = step("publish", "push the chart, which names that image")["run"].partition(
        "helm package"
    )[0]
    values = tmp_path / "istio-config/chart/values.yaml"
    values.parent.mkdir(parents=True)
    values.write_bytes((CHART / "values.yaml").read_bytes())
    digest = "sha256:" + "0f" * 32
    environment = {
        "REGISTRY": "registry.example/team",
        "DIGEST": digest,
        "GITHUB_REF_NAME": f"v{VERSION}",
    }
    subprocess.run(  # noqa: S603 - runs a step of ours
        ["/bin/bash", "-e", "-c", script],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", **environment},
        check=True,
    )
    image = yaml.safe_load(values.read_text())["image"]
    assert image == f"registry.example/team/phiguard:{VERSION}@{digest}"


def test_the_image_takes_what_the_workflow_gives_it():
    containerfile = Path(ROOT / "Containerfile").read_text()
    known = set(re.findall(r"(?m)^ARG (\w+)", containerfile))
    given = re.findall(r'--build-arg "(\w+)=', step("image", "build twice, and compare")["run"])
    assert set(given) == known


def test_each_python_that_the_package_claims_is_tested():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    prefix = "Programming Language :: Python :: 3."
    claimed = {
        "3." + c.removeprefix(prefix) for c in project["classifiers"] if c.startswith(prefix)
    }
    assert set(jobs("test.yml")["test"]["strategy"]["matrix"]["python"]) == claimed
