from mesh.policy_file.problems import FileProblem, PolicyError, Severity

ERROR = FileProblem("p.yaml", 3, 5, Severity.ERROR, "unknown key `a`", "did you mean `b`?")
WARNING = FileProblem("p.yaml", 1, 1, Severity.WARNING, "mode `monitor` blocks nothing")


def test_a_problem_is_one_line_with_its_place_and_hint():
    assert str(ERROR) == "p.yaml:3:5: error: unknown key `a` (did you mean `b`?)"
    assert str(WARNING) == "p.yaml:1:1: warning: mode `monitor` blocks nothing"


def test_the_exception_says_the_errors_and_holds_all():
    error = PolicyError((WARNING, ERROR))
    assert str(error) == str(ERROR)
    assert error.problems == (WARNING, ERROR)
