from extauthz.terminal import trees
from extauthz.terminal.screen import FILE, Screen
from extauthz.terminal.trees import Branch

TREE = Branch("root", [Branch("first\nsecond line", [Branch("leaf")]), Branch("last [b]x[/b]")])


def test_a_tree_has_guides_and_its_texts_as_they_are():
    assert trees.lines(TREE, FILE) == [
        "root",
        "\u251c\u2500\u2500 first",
        "\u2502   second line",
        "\u2502   \u2514\u2500\u2500 leaf",
        "\u2514\u2500\u2500 last [b]x[/b]",
    ]


def test_without_unicode_the_guides_are_ascii():
    assert "\n".join(trees.lines(TREE, Screen(80, is_unicode=False))).isascii()


def test_a_long_text_wraps_within_its_branch():
    tree = Branch("root", [Branch("word " * 30), Branch("end")])
    found = trees.lines(tree, Screen(40))
    assert max(map(len, found)) <= 40
    assert found[2].startswith("\u2502   word")


def test_control_characters_are_escaped():
    assert trees.lines(Branch("a\x1b[2Jb"), FILE) == [r"a\x1b[2Jb"]
