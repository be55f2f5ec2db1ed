"""What a model server counts while a run goes on; none that is silent or broken stops a run."""

import asyncio
import json

import pytest
from fault_vllm_server import FaultVLLMServer

from minipublic.models.errors import ServerGoneError
from minipublic.models.registry import load_model
from minipublic.models.synthetic import SyntheticModel
from minipublic.models.vllm.metrics import ServerMetrics
from minipublic.simulation import servers
from minipublic.simulation.loading import load_study
from minipublic.simulation.planning import make_plan
from minipublic.simulation.run import run_study
from minipublic.simulation.servers import NOTE, ServerWatch


class Counts:
    """A model whose server says one of these at each look; an error is raised."""

    def __init__(self, *says, address="http://here/v1"):
        self.says, self.address = list(says), address

    async def metrics(self):
        said = self.says.pop(0) if len(self.says) > 1 else self.says[0]
        if isinstance(said, Exception):
            raise said
        return said


def metrics(read, hits=0.0, **more):
    return ServerMetrics(prompt_tokens=read, prefix_queries=read, prefix_hits=hits, generation_tokens=read / 10, **more)


async def watched(*says):
    """What is recorded after as many looks as there are things to say."""
    watch = ServerWatch({"m": Counts(*says)})
    for _ in says:
        await watch._look()
    return watch


async def test_only_what_grew_during_the_run_counts():
    before = metrics(1000, 600, preemptions=5, cache_tokens=4096, running=9, waiting=1)
    watch = await watched(before, metrics(1500, 900, preemptions=6, cache_tokens=4096, running=3, waiting=2))
    assert watch.described() == {
        "http://here/v1": {
            "prompt_tokens": 500,
            "generation_tokens": 50,
            "prefix_cache_queries": 500,
            "prefix_cache_hits": 300,
            "prefix_cache_hit_rate": 0.6,
            "preemptions": 1,
            "most_running": 9,
            "most_waiting": 2,
            "kv_cache_tokens": 4096,
            "note": NOTE,
        }
    }


def test_a_model_that_cannot_be_closed_costs_nothing(survey, folder, caplog):
    class Stuck(SyntheticModel):
        async def aclose(self):
            raise ServerGoneError("gone")

    path = survey()
    plan = make_plan(load_study(path), path)
    run = asyncio.run(run_study(plan, folder / "out", models={"synthetic:default": Stuck()}))
    assert run["status"] == "complete"
    assert "synthetic:default could not be closed: gone" in caplog.text


async def test_nothing_looked_up_has_no_hit_rate():
    (said,) = (await watched(metrics(1000), metrics(1000))).described().values()
    assert (said["prompt_tokens"], said["prefix_cache_hit_rate"], said["kv_cache_tokens"]) == (0, None, None)


async def test_a_server_that_was_started_again_counts_from_nothing():
    gone = ServerGoneError("nothing listens")
    watch = await watched(metrics(1000, 100), metrics(1200, 150), gone, metrics(70, 20), metrics(100, 30))
    (said,) = watch.described().values()
    assert (said["prompt_tokens"], said["prefix_cache_hits"]) == (200 + 100, 50 + 30)


async def test_a_server_that_says_nothing_is_left_out():
    watch = await watched(ServerGoneError("nothing listens"), ServerGoneError("nothing listens"))
    assert watch.described() == {}
    assert watch.cache_tokens is None
    async with ServerWatch({"m": object()}) as watch:
        assert watch.described() == {}


async def test_models_on_one_server_are_one_and_the_smallest_cache_bounds():
    one, same = Counts(metrics(1, cache_tokens=900)), Counts(ServerGoneError("never asked"))
    other = Counts(metrics(1, cache_tokens=300), address="http://there/v1")
    silent = Counts(metrics(1), address="http://nowhere/v1")
    watch = ServerWatch({"same": same, "one": one, "other": other, "silent": silent})
    await watch._look()
    assert watch.cache_tokens == 300
    assert set(watch.described()) == {"http://here/v1", "http://there/v1", "http://nowhere/v1"}


async def test_it_looks_again_and_again_and_once_more_at_the_end(monkeypatch):
    monkeypatch.setattr(servers, "EVERY_S", 0.01)
    model = Counts(metrics(0), metrics(10, running=40), metrics(20))
    async with ServerWatch({"m": model}) as watch:
        async with asyncio.timeout(5):
            while len(model.says) > 1:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        task, model.says = watch._task, [metrics(30)]
    (said,) = watch.described().values()
    assert (said["prompt_tokens"], said["most_running"]) == (30, 40)
    assert task.done()


@pytest.mark.parametrize(("status", "text"), [(404, ""), (500, "oops"), (503, "starting"), (429, ""), (200, "<html>")])
async def test_a_broken_metrics_page_stops_nothing(status, text):
    server = FaultVLLMServer()
    await server.start()
    server.metrics_status, server.metrics_text = status, text
    model = load_model(f"vllm:m@{server.url}")
    async with ServerWatch({"m": model}) as watch:
        pass
    assert server.looks == 2
    assert json.dumps(watch.described())
    assert bool(watch.described()) == (status == 200)
    await model.aclose()
    await server.stop()
