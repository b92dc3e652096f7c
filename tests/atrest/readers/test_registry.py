"""Every scheme has a store, and every store a scheme."""

import pytest

from atrest.manners import Manners
from atrest.readers import registry
from atrest.spec import SCHEMES, parse


def test_schemes_and_stores_are_the_same():
    assert registry._STORES.keys() == SCHEMES.keys()


@pytest.mark.parametrize("text", ["/data", "sqlite:///x.db"])
def test_a_source_has_the_name_of_its_spec(text):
    source = registry.open_source(parse(text), Manners(), {})
    assert source.name == parse(text).name
    source.close()
    assert not registry.is_server(parse(text))
