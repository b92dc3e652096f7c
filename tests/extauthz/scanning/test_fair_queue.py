import asyncio

import pytest

from extauthz.scanning.fair_queue import FairQueue


def test_callers_are_served_in_turns_and_each_in_its_own_order():
    async def served():
        queue = FairQueue()
        for caller, item in (("a", 1), ("a", 2), ("a", 3), ("b", 4), ("c", 5), ("c", 6)):
            queue.put(caller, item)
        return [await queue.get() for _ in range(6)]

    assert asyncio.run(served()) == [1, 4, 5, 2, 6, 3]


def test_one_who_comes_back_waits_for_the_others():
    async def served():
        queue = FairQueue()
        queue.put("a", 1)
        queue.put("b", 2)
        first = await queue.get()
        queue.put("a", 3)
        return [first, await queue.get(), await queue.get()]

    assert asyncio.run(served()) == [1, 2, 3]


def test_a_waiter_that_gives_up_takes_nothing_along():
    async def served():
        queue = FairQueue()
        waiter = asyncio.ensure_future(queue.get())
        await asyncio.sleep(0)
        waiter.cancel()
        queue.put("a", 1)
        with pytest.raises(asyncio.CancelledError):
            await waiter
        return await asyncio.wait_for(queue.get(), 5)

    assert asyncio.run(served()) == 1


def test_what_still_waits_can_be_taken_out():
    async def drained():
        queue = FairQueue()
        for number in range(3):
            queue.put(str(number % 2), number)
        return sorted(queue.drain()), list(queue.drain())

    assert asyncio.run(drained()) == ([0, 1, 2], [])
