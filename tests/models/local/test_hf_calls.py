"""Many calls at once: batches, other work meanwhile, calls given up, and several event loops."""

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from tiny_survey import asked

from minipublic.models.errors import ModelError
from minipublic.models.local.batching import Batcher, Lane
from minipublic.models.protocol import ChooseRequest, Prompt, Request, Sampling

pytestmark = pytest.mark.local


async def test_single_calls_share_batches(load):
    requests, _ = asked()
    model = load()
    sizes = []
    lane, answerer = model._lane()
    model._held = Lane(lambda jobs: sizes.append(len(jobs)) or answerer(jobs), lane.batch_size), answerer
    together = await asyncio.gather(*map(model.choose, requests[:40]))
    assert max(sizes) == 16
    assert len(sizes) <= 5
    assert [c.probabilities for c in together] == [
        pytest.approx(c.probabilities, abs=1e-5) for c in await load().choose_all(requests[:40])
    ]


async def test_the_event_loop_stays_free(load):
    requests, _ = asked()
    model, waits = load(), []

    async def tick():
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.005)
            waits.append(time.perf_counter() - before)

    ticking = asyncio.create_task(tick())
    start = time.perf_counter()
    how = Sampling(max_tokens=100)
    await asyncio.gather(*[model.generate(Request(r.prompt, how, seed=1)) for r in requests])
    spent = time.perf_counter() - start
    ticking.cancel()
    assert len(waits) > 0.2 * spent / 0.005
    assert sorted(waits)[len(waits) // 2] < 0.1


async def test_a_call_given_up_frees_its_place():
    begun, go, seen = threading.Event(), threading.Event(), []

    def answer(jobs):
        begun.set()
        go.wait(10)
        seen.extend(jobs)
        return jobs

    batcher, lane = Batcher(), Lane(answer, 2)
    first = asyncio.create_task(batcher.ask(lane, [1, 2]))
    await asyncio.to_thread(begun.wait, 10)
    given_up = asyncio.create_task(batcher.ask(lane, [3, 4, 5]))
    last = asyncio.create_task(batcher.ask(lane, [6]))
    await asyncio.sleep(0.01)
    given_up.cancel()
    first.cancel()  # has begun: the batch is finished, and its results go nowhere
    await asyncio.sleep(0.01)
    go.set()
    assert await last == [6]
    assert seen == [1, 2, 6]
    with pytest.raises(asyncio.CancelledError):
        await given_up


async def test_lanes_take_turns_and_one_failure_is_its_own():
    def fails(jobs):
        raise RuntimeError("broken")

    batcher = Batcher()
    good, bad = Lane(lambda jobs: [ModelError("odd") if j % 2 else j for j in jobs], 4), Lane(fails, 4)
    held = await asyncio.gather(*[batcher.ask(lane, [k, k + 1]) for k in (0, 2, 4) for lane in (good, bad)])
    assert [h[0] for h in held[::2]] == [0, 2, 4]
    assert all(isinstance(h[1], ModelError) for h in held[::2])
    assert all(isinstance(e, RuntimeError) for h in held[1::2] for e in h)
    assert await batcher.ask(good, []) == []


def test_several_loops_one_after_the_other_and_at_once(load):
    requests, _ = asked()
    model = load()
    first = asyncio.run(model.choose(requests[0]))

    async def impatient():
        await asyncio.wait_for(model.generate(Request(requests[0].prompt, Sampling(max_tokens=400))), 0.05)

    with pytest.raises(TimeoutError):
        asyncio.run(impatient())
    with ThreadPoolExecutor(4) as threads:
        for again in threads.map(lambda _: asyncio.run(model.choose(requests[0])), range(4)):
            assert again.probabilities == pytest.approx(first.probabilities, abs=1e-6)
    asyncio.run(model.aclose())
    assert asyncio.run(model.choose(requests[0])).probabilities == pytest.approx(first.probabilities, abs=1e-6)


async def test_what_torch_raises_is_an_error_of_the_model(load, monkeypatch):
    requests, _ = asked()
    model = load()
    await model.choose(requests[0])

    def broken(rows):
        raise RuntimeError("shapes do not match")

    monkeypatch.setattr(model._lane()[1].reader, "logits", broken)
    with pytest.raises(ModelError, match="batch of 1: shapes do not match"):
        await model.choose(requests[0])


async def test_a_full_memory_halves_the_batch(load, monkeypatch):
    import torch

    requests, _ = asked()
    model = load()
    whole = await model.choose_all(requests[:16])
    reader = model._lane()[1].reader
    read = reader.logits

    def small(rows):
        if len(rows) > 3:
            raise torch.cuda.OutOfMemoryError("out of memory")
        return read(rows)

    monkeypatch.setattr(reader, "logits", small)
    for a, b in zip(whole, await model.choose_all(requests[:16]), strict=True):
        assert a.probabilities == pytest.approx(b.probabilities, abs=1e-5)


async def test_a_prediction_that_is_no_number(load, monkeypatch):
    import torch

    requests, _ = asked()
    model = load()
    await model.choose(requests[0])
    reader = model._lane()[1].reader
    monkeypatch.setattr(reader, "logits", lambda rows: [torch.full((1, 1024), torch.nan) for _ in rows])
    with pytest.raises(ModelError, match="no distribution"):
        await model.choose(ChooseRequest(Prompt.of("Q"), options=("a", "b")))
