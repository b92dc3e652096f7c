"""How the laboratory plays an application."""

from extauthz.demo.client import new_traceparent


def test_a_traceparent_is_sampled_and_names_its_trace() -> None:
    trace, header = new_traceparent()
    version, named, parent, flags = header.split("-")

    assert (version, named, flags) == ("00", trace, "01")
    assert (len(trace), len(parent)) == (32, 16)


def test_traces_are_different() -> None:
    assert new_traceparent()[0] != new_traceparent()[0]
