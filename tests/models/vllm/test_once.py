"""Work that is done once, whoever waits, is cancelled or fails."""

import asyncio

from minipublic.models.vllm.once import Once


class Work:
    """Counts how often it is begun; fails as often as told."""

    def __init__(self, failures=0):
        self.begun, self.failures = 0, failures
        self.let = asyncio.Event()
        self.let.set()

    async def __call__(self):
        self.begun += 1
        number = self.begun
        await self.let.wait()
        if number <= self.failures:
            raise RuntimeError(f"failure {number}")
        return number


async def test_many_who_ask_share_one_result():
    work = Work()
    once = Once(work)
    assert not once.done
    assert await asyncio.gather(*(once() for _ in range(5))) == [1] * 5
    assert await once() == 1
    assert (once.done, work.begun) == (True, 1)


async def test_a_failure_meets_all_who_wait_and_the_next_tries_again():
    work = Work(failures=1)
    once = Once(work)
    found = await asyncio.gather(*(once() for _ in range(3)), return_exceptions=True)
    assert [str(f) for f in found] == ["failure 1"] * 3
    assert not once.done
    assert await once() == 2


async def test_one_who_gives_up_stops_nobody():
    work = Work()
    work.let.clear()
    once = Once(work)
    first, second = asyncio.create_task(once()), asyncio.create_task(once())
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    work.let.set()
    assert await asyncio.wait_for(second, 5) == 1
    assert work.begun == 1


async def test_what_is_forgotten_is_done_again_unless_under_way():
    work = Work()
    once = Once(work)
    await once()
    once.forget()
    assert not once.done
    work.let.clear()
    again = asyncio.create_task(once())
    await asyncio.sleep(0.01)
    once.forget()  # under way: goes on
    later = asyncio.create_task(once())
    work.let.set()
    assert await asyncio.gather(again, later) == [2, 2]


def test_a_result_is_known_in_another_loop_and_work_cut_off_is_done_again():
    async def begin(once, work):
        work.let.clear()
        task = asyncio.create_task(once())
        await asyncio.sleep(0.01)
        task.cancel()

    async def end(once, work):
        work.let = asyncio.Event()
        work.let.set()
        return await asyncio.wait_for(once(), 5)

    work = Work()
    once = Once(work)
    asyncio.run(begin(once, work))
    assert asyncio.run(end(once, work)) == 2
    assert asyncio.run(end(once, work)) == 2
    assert work.begun == 2


async def test_nobody_left_to_hear_of_a_failure_is_still_tried_again():
    work = Work(failures=1)
    work.let.clear()
    once = Once(work)
    task = asyncio.create_task(once())
    await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    work.let.set()
    await asyncio.sleep(0.01)
    assert await once() == 2
