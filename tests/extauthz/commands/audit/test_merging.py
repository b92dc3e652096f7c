import heapq
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from extauthz.commands.audit.merging import merged, timed

CHAINS = st.lists(st.lists(st.lists(st.sampled_from("abcdef"), min_size=1), max_size=4), max_size=4)


def parts(number, chain):
    """The parts of a chain; each item says where it comes from."""
    latest = ""
    for place, times in enumerate(chain):
        part = timed(times, [(number, place, i, t) for i, t in enumerate(times)], latest)
        latest = part[-1][0]
        yield part


@given(CHAINS)
def test_the_order_is_that_of_a_merge_of_plain_times_even_when_clocks_jump_back(chains):
    found = [item for run in merged([*map(parts, range(9), chains)]) for _, item in run]
    plain = [
        [(number, place, i, t) for place, ts in enumerate(chain) for i, t in enumerate(ts)]
        for number, chain in enumerate(chains)
    ]
    assert found == list(heapq.merge(*plain, key=lambda item: item[3]))


@given(CHAINS)
def test_what_comes_out_is_in_the_order_of_its_times(chains):
    times = [time for run in merged([*map(parts, range(9), chains)]) for time, _ in run]
    assert all(one <= other for one, other in pairwise(times))


def test_a_chain_is_read_no_further_than_the_order_needs():
    read = []

    def chain(name, *times):
        for time in times:
            read.append(name + time)
            yield timed([time], [name], "")

    runs = merged([chain("x", "1", "2", "3"), chain("y", "5", "6")])
    assert next(runs) == [("1", "x")]
    assert read == ["x1", "y5", "x2"]
