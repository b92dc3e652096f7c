import re
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from mesh.analysis.graph import Arrow, Graph, graph
from mesh.analysis.graph_layout import columns
from mesh.analysis.graph_svg import svg
from mesh.policy_file.load import parse

FOLDER = Path(__file__).parents[3] / "examples" / "hospital"
HOSPITAL = graph(parse((FOLDER / "hospital.yaml").read_text(), file="hospital.yaml"))
NS = "{http://www.w3.org/2000/svg}"


def drawn(found=HOSPITAL, title="Who & whom"):
    return ET.fromstring(svg(found, title))  # noqa: S314  # our own document


def rectangles(kind):
    return [
        tuple(int(r.get(key)) for key in ("x", "y", "width", "height"))
        for r in drawn().iter(f"{NS}rect")
        if r.get("class") == kind
    ]


def test_the_picture_has_a_title_and_says_every_arrow():
    root = drawn()
    assert (root.get("role"), root.find(f"{NS}title").text) == ("img", "Who & whom")
    said = root.find(f"{NS}desc").text
    assert [arrow.sentence for arrow in HOSPITAL.arrows if arrow.sentence not in said] == []
    assert [group.find(f"{NS}title").text for group in root.iter(f"{NS}g")] == [
        a.sentence for a in HOSPITAL.arrows
    ]


def test_only_what_is_masked_is_dashed():
    dashed = [p.get("class") == "a m" for p in drawn().iter(f"{NS}path") if p.get("class")]
    assert dashed == [bool(arrow.masked) for arrow in HOSPITAL.arrows]


@pytest.mark.parametrize("kind", ["n", "w"])
def test_no_box_lies_on_another_and_all_are_inside(kind):
    for (x1, y1, w1, h1), (x2, y2, w2, h2) in combinations(rectangles(kind), 2):
        assert x1 + w1 <= x2 or x2 + w2 <= x1 or y1 + h1 <= y2 or y2 + h2 <= y1
    _, _, width, height = (int(n) for n in drawn().get("viewBox").split())
    assert all(
        x >= 0 and y >= 0 and x + w <= width and y + h <= height for x, y, w, h in rectangles(kind)
    )


def test_a_receiver_stands_right_of_its_sender_and_a_circle_ends():
    chain = [Arrow("a/x", "b/x", (), ()), Arrow("b/x", "c/x", (), ()), Arrow("c/x", "a/x", (), ())]
    found = Graph({name: (f"{name}/x",) for name in "abc"}, tuple(chain))
    assert columns(found) == {"a": 0, "b": 1, "c": 2}


def test_a_policy_that_opens_nothing_is_an_empty_picture():
    assert drawn(Graph({}, ())).find(f"{NS}desc").text == "no edge is open"


def test_no_arrow_leads_through_a_workload():
    boxes = rectangles("w")
    for drawing in drawn().iter(f"{NS}path"):
        if drawing.get("class"):
            numbers = [int(n) for n in re.findall(r"-?[0-9]+", drawing.get("d"))]
            points = list(zip(numbers[::2], numbers[1::2], strict=True))
            for step in range(1, 100):
                t = step / 100
                weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
                x, y = (
                    sum(w * point[axis] for w, point in zip(weights, points, strict=True))
                    for axis in (0, 1)
                )
                assert not [
                    box
                    for box in boxes
                    if box[0] < x < box[0] + box[2] and box[1] < y < box[1] + box[3]
                ]


def test_accounts_of_one_name_are_told_apart_in_the_list():
    found = Graph(
        {"a": ("a/api", "a/*"), "b": ("b/api",)},
        (Arrow("a/api", "b/api", ("PERSON_NAME",), ()), Arrow("a/*", "b/api", (), ())),
    )
    listed = [t.text for t in drawn(found).iter(f"{NS}text")]
    assert "a/api to b/api: A" in listed
    assert any(text.startswith("a/any other to b/api") for text in listed)


def busy(services, each):
    """A graph in which many arrows cross."""
    names = [f"n{number % 3}/s{number}" for number in range(services)]
    boxes = {f"n{n}": tuple(sorted(x for x in names if x.startswith(f"n{n}/"))) for n in range(3)}
    ways = sorted(
        (names[a], names[(a * 3 + b) % services])
        for a in range(services)
        for b in range(1, each + 1)
        if a != (a * 3 + b) % services
    )
    return Graph(boxes, tuple(Arrow(*way, (), ()) for way in dict.fromkeys(ways)))


@pytest.mark.parametrize("found", [HOSPITAL, busy(3, 2), busy(8, 2), busy(10, 2)])
def test_no_number_lies_on_another(found):
    circles = [
        (int(c.get("cx")), int(c.get("cy")), int(c.get("r")))
        for c in drawn(found).iter(f"{NS}circle")
    ]
    assert len(circles) == 2 * len(found.arrows)  # on the arrow, and in the list
    for (x1, y1, r1), (x2, y2, r2) in combinations(circles, 2):
        assert (x1 - x2) ** 2 + (y1 - y2) ** 2 >= (r1 + r2) ** 2


def ends_of(root):
    """Where arrows begin and end, all in one list."""
    for path in root.iter(f"{NS}path"):
        numbers = [int(n) for n in re.findall(r"-?[0-9]+", path.get("d"))]
        yield from (tuple(numbers[:2]), tuple(numbers[-2:]))


STAR = Graph(
    {"a": ("a/hub", *(f"a/s{n}" for n in range(3))), "b": tuple(f"b/s{n}" for n in range(10))},
    tuple(
        Arrow(*way, (), ())
        for n in range(10)
        for other in ([f"b/s{n}", f"a/s{n}"] if n < 3 else [f"b/s{n}"])
        for way in (("a/hub", other), (other, "a/hub"))
    ),
)


@pytest.mark.parametrize("found", [HOSPITAL, STAR, busy(10, 2)])
def test_no_tip_lies_on_another(found):
    for (x1, y1), (x2, y2) in combinations(ends_of(drawn(found)), 2):
        assert x1 != x2 or abs(y1 - y2) >= 8


def test_arrows_from_the_side_of_a_workload_do_not_cross():
    found = Graph(
        {"a": ("a/x",), "b": ("b/one", "b/two", "b/three")},
        tuple(Arrow("a/x", f"b/{name}", (), ()) for name in ("three", "two", "one")),
    )
    ends = list(ends_of(drawn(found)))
    heights = sorted((start[1], tip[1]) for start, tip in zip(ends[::2], ends[1::2], strict=True))
    assert [tip for _, tip in heights] == sorted(tip for _, tip in heights)


def test_it_has_a_ground_a_visible_title_and_colours_for_dark_pages():
    root = drawn()
    _, _, width, height = root.get("viewBox").split()
    ground = next(r for r in root.iter(f"{NS}rect") if r.get("class") == "g")
    assert (ground.get("width"), ground.get("height")) == (width, height)
    texts = [t.text for t in root.iter(f"{NS}text")]
    assert texts[0] == "Who & whom"
    assert {"what passes, passes unmasked", "something is masked"} <= set(texts)
    assert "prefers-color-scheme:dark" in root.find(f"{NS}style").text
