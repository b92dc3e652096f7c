import itertools
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from mesh.analysis.graph import Arrow, Graph, graph
from mesh.analysis.graph_matrix import cell_texts, matrix, short_letters
from mesh.policy_file.load import parse

FOLDER = Path(__file__).parents[3] / "examples" / "hospital"
HOSPITAL = graph(parse((FOLDER / "hospital.yaml").read_text(), file="hospital.yaml"))
NS = "{http://www.w3.org/2000/svg}"


def drawn(found=HOSPITAL):
    return ET.fromstring(matrix(found, "Who & whom"))  # noqa: S314  # our own document


def cells(root):
    return [r for r in root.iter(f"{NS}rect") if r.get("class") in {"c", "p", "q", "d"}]


def test_there_is_a_cell_for_each_pair_and_each_arrow_is_said():
    root = drawn()
    services = sum(map(len, HOSPITAL.namespaces.values()))
    assert len(cells(root)) == services**2
    assert sorted(g.find(f"{NS}title").text for g in root.iter(f"{NS}g")) == sorted(
        arrow.sentence for arrow in HOSPITAL.arrows
    )
    assert root.find(f"{NS}title").text == "Who & whom"
    assert all(arrow.sentence in root.find(f"{NS}desc").text for arrow in HOSPITAL.arrows)


def test_a_cell_stands_in_the_row_of_its_sender_and_holds_its_letters():
    # X sends to Y: second row, third column, where rows and columns are A, X, Y
    names = tuple(sorted(n for n, t in HOSPITAL.arrows[0].info_types.items() if t.identifier))
    arrow = Arrow("ns/x", "ns/y", names, ())
    root = drawn(Graph({"ns": ("ns/a", "ns/x", "ns/y")}, (arrow,)))
    placed = cells(root)
    assert [each.get("class") for each in placed] == ["d", "c", "c", "c", "d", "p", "c", "c", "d"]
    (group,) = root.iter(f"{NS}g")
    (text,) = group.iter(f"{NS}text")
    box = group.find(f"{NS}rect")
    assert text.text == "A-R"
    assert int(box.get("x")) < int(text.get("x")) < int(box.get("x")) + int(box.get("width"))


def test_cells_tile_the_table_and_all_is_inside():
    root = drawn()
    _, _, width, height = map(int, root.get("viewBox").split())
    boxes = [tuple(int(c.get(k)) for k in ("x", "y", "width", "height")) for c in cells(root)]
    assert len({(x, y) for x, y, _, _ in boxes}) == len(boxes)
    for x, y, w, h in boxes:
        assert x >= 0
        assert y >= 0
        assert x + w <= width
        assert y + h <= height
    xs = sorted({(x, x + w) for x, _, w, _ in boxes})
    assert all(end == begin for (_, end), (begin, _) in itertools.pairwise(xs))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", ""),
        ("A-R", "A-R"),
        ("A", "A"),
        ("A B", "A B"),
        ("A B C", "A-C"),
        ("A B+ D E F G H I J K L M N O P Q", "A B+ D-Q"),
        ("A+ B+ C+", "A+ B+ C+"),
        ("A C D E R", "A C-E R"),
    ],
)
def test_letters_in_a_row_are_written_with_a_dash(words, expected):
    assert short_letters(words) == expected


def test_an_open_edge_without_phi_says_so():
    assert cell_texts(Arrow("a", "b", (), ())) == ("no PHI", "")
    masked = cell_texts(Arrow("a", "b", (), ("US_SOCIAL_SECURITY_NUMBER",)))
    assert masked[0] == ""
    assert re.fullmatch(r"G\+?", masked[1])


def test_a_policy_that_opens_nothing_is_an_empty_table():
    root = drawn(Graph({}, ()))
    assert (cells(root), root.find(f"{NS}desc").text) == ([], "no edge is open")
