from datetime import date

from extauthz.records.policy_record import policy_record, shown_problems

TODAY = date(2026, 6, 1)


def test_without_a_policy_nothing_has_a_name():
    made = policy_record(None, {}, {"version": "", "sets": {}}, (), TODAY)
    assert (made["policy"], made["name"], made["mode"], made["texts"]) == (None, None, None, {})


def test_problems_are_not_too_many_and_not_too_long():
    shown = shown_problems(["x" * 501] * 21)
    assert (len(shown), {len(each) for each in shown}) == (20, {500})
