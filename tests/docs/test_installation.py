"""The pages for mesh admins name reasons, objects and files that exist."""

import re
from pathlib import Path

from mesh.istio.install.values_schema import schema
from mesh.istio.installation import Installation
from mesh.istio.render import files
from mesh.istio.values import Values
from mesh.policy.decision import Reason

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "docs" / f"{name}.md" for name in ("install", "troubleshooting", "upgrade")]
TEXTS = {page.name: page.read_text() for page in PAGES}


def test_each_reason_that_a_caller_may_see_is_one_of_the_guards():
    named = set(re.findall(r"\b([A-Z]{2,}(?:_[A-Z]+)+)\b", TEXTS["troubleshooting.md"]))
    reasons = {name for name in named if not name.startswith("PILOT_")}
    assert len(reasons) > 3
    assert reasons <= {each.value for each in Reason}


def test_each_link_to_a_page_and_its_heading_leads_somewhere():
    links = [
        (page, *target.partition("#")[::2])
        for page in PAGES
        for target in re.findall(r"\]\(([^)]+)\)", page.read_text())
    ]
    assert len(links) > 10
    for page, path, anchor in links:
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), (page.name, path)
        if anchor:
            titles = re.findall(r"^#+ (.*)$", target.read_text(), re.MULTILINE)
            made = {re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-") for title in titles}
            assert anchor in made, (page.name, path, anchor)


def test_each_object_that_is_deleted_by_name_is_one_that_render_writes():
    text = TEXTS["upgrade.md"].replace("\\\n", "")
    (line,) = re.findall(r"delete envoyfilter (.*)", text)
    rendered = "\n".join(files(Installation("a", "b")).values())
    names = line.split()
    assert len(names) == 4
    assert all(f"name: {name}\n" in rendered for name in names)


def test_each_value_that_the_pages_set_exists():
    properties = schema()["properties"]
    named = re.findall(r"`(\w+): \{(\w+)", "".join(TEXTS.values()))
    assert len(named) > 4
    for group, key in named:
        if group != "outboundTrafficPolicy":
            assert key in properties[group]["properties"], (group, key)
    assert Values().guarded_namespaces == ()
