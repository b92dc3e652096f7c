"""What the image for CI must show before it counts as tried."""

import pytest

from tools.image_ci import CiError, prove

ID = "10001\ntouch: cannot touch"


def answering(*answers):
    given = iter(answers)
    return lambda command: next(given)


def test_an_image_that_leaves_out_what_git_ignores_passes(tmp_path):
    prove(answering((0, ""), (1, ""), (1, ID)), tmp_path)
    assert (tmp_path / "build/claim.json").is_file()


@pytest.mark.parametrize(
    "answers",
    [
        [(1, "found in build/claim.json")],
        [(0, ""), (0, "found nothing")],
        [(0, ""), (1, ""), (0, ID)],
        [(0, ""), (1, ""), (1, "0\n")],
    ],
    ids=["reads what git ignores", "finds nothing", "may write", "is root"],
)
def test_an_image_that_does_otherwise_fails(answers, tmp_path):
    with pytest.raises(CiError):
        prove(answering(*answers), tmp_path)
