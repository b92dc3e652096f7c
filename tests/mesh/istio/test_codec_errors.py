"""`e2e/test_codec_errors.py` shows on real Envoy what the matcher skips and what it does not."""

from mesh.istio import codec_errors

JUDGING = {"name": "phiguard.ext_proc", "typed_config": {"@type": "a", "failure_mode_allow": False}}


def test_the_filter_keeps_its_name_and_its_whole_configuration():
    wrapped = codec_errors.answered_by_envoy(JUDGING)

    assert wrapped["name"] == "phiguard.ext_proc"
    assert wrapped["typed_config"]["extension_config"] == JUDGING


def test_only_one_thing_is_skipped_and_nothing_by_default():
    matcher = codec_errors.matcher()

    assert list(matcher) == ["matcher_list"]
    assert len(matcher["matcher_list"]["matchers"]) == 1


def read(node):
    """An expression of CEL as text."""
    ((kind, value),) = ((key, part) for key, part in node.items() if key != "id")
    if kind == "call_expr":
        called = ", ".join(map(read, value["args"]))
        on = read(value["target"]) + "." if "target" in value else ""
        return f"{on}{value['function']}({called})"
    if kind == "select_expr":
        return f"{read(value['operand'])}.{value['field']}"
    return value["name"] if kind == "ident_expr" else repr(value["string_value"])


def numbers(node):
    if isinstance(node, dict):
        yield from ([node["id"]] if "id" in node else [])
        node = list(node.values())
    if isinstance(node, list):
        for part in node:
            yield from numbers(part)


def test_the_expression_names_what_envoy_says_of_its_own_answers():
    (only,) = codec_errors.matcher()["matcher_list"]["matchers"]
    cel = only["predicate"]["single_predicate"]["custom_match"]["typed_config"]
    expression = cel["expr_match"]["cel_expr_parsed"]["expr"]

    assert read(expression) == (
        "_||_(response.code_details.startsWith('http1.'), "
        "_==_(response.code_details, 'low_version'))"
    )
    assert sorted(numbers(expression)) == list(range(1, 10))
