"""How many units run at once: what the user allows, or what the smallest cache holds."""

import asyncio

import pytest

from minipublic.models.synthetic import SyntheticModel
from minipublic.models.vllm.metrics import ServerMetrics
from minipublic.simulation.admission import FIRST, Admission, most_units
from minipublic.simulation.engine import run_units
from minipublic.simulation.loading import load_study
from minipublic.simulation.planning import make_plan
from minipublic.simulation.run import run_study


@pytest.mark.parametrize(
    ("cache", "prompt", "personas", "places"),
    [
        (None, 1000.0, 1, 64),  # no server says: the user's bound stands
        (100_000, 1000.0, 1, 64),  # 0.8 * 100,000 / 1,250 = 64
        (50_000, 1000.0, 1, 32),
        (50_000, 1000.0, 5, 6),  # 6.4 groups of five
        (50_000, 0.0, 1, 64),  # the server does not say how long prompts are
        (10, 1000.0, 1, 1),  # something must run
        (10**9, 10.0, 1, 64),
    ],
)
def test_as_many_as_the_cache_holds(cache, prompt, personas, places):
    admission = Admission(64)
    admission.adjust(cache, prompt, personas)
    assert int(admission.places.limit) == places


def test_few_begin_until_sizes_are_known():
    admission = Admission(64)
    admission.begin()
    assert admission.places.limit == FIRST
    admission.adjust(None, 1000.0, 1)
    assert admission.places.limit == 64


async def test_units_under_way_follow_the_bound_up_and_down():
    admission, running, seen = Admission(16), 0, []
    admission.begin()

    async def work(unit):
        nonlocal running
        running += 1
        seen.append(running)
        await asyncio.sleep(0.001)
        running -= 1
        admission.adjust(10_000, 800.0 if unit < 40 else 4000.0, 1)  # 8 places, then 1.6
        return unit

    emitted = []
    count = await asyncio.wait_for(
        run_units(
            range(60),
            work,
            lambda unit, result: emitted.append(result),
            places=admission.places,
            stop=asyncio.Event(),
        ),
        10,
    )
    assert (count, emitted) == (60, list(range(60)))
    assert max(seen[:FIRST]) == FIRST
    assert max(seen) == 8
    assert seen[-5:] == [1] * 5


class Keeper(SyntheticModel):
    """Keeps the starts of some prompts."""

    def __init__(self, kept):
        super().__init__()
        self.prefixes_kept = kept


@pytest.mark.parametrize(
    ("kept", "personas", "units"),
    [((), 1, 64), ((0,), 1, 64), ((32,), 1, 25), ((32,), 5, 5), ((3,), 5, 1), ((1000, 40, 0), 1, 32)],
)
def test_no_more_personas_than_a_model_in_this_process_keeps(kept, personas, units):
    models = [SyntheticModel(), *map(Keeper, kept)]
    assert most_units(64, models, personas) == units


def test_a_run_keeps_to_it(survey, folder):
    class Slow(Keeper):
        running = most = 0

        async def choose(self, request):
            self.running += 1
            self.most = max(self.most, self.running)
            await asyncio.sleep(0.001)
            self.running -= 1
            return await super().choose(request)

    path, model = survey(survey={"presentation": "series"}), Slow(5)
    asyncio.run(run_study(make_plan(load_study(path), path), folder / "out", models={"synthetic:default": model}))
    assert model.most == 4  # a series is one call of a persona at a time


class Engine(SyntheticModel):
    """Starts with the first call, and says only then what its cache holds."""

    address = "here"

    def __init__(self, cache):
        super().__init__()
        self.cache, self.started = cache, False
        self.running = self.most = 0

    async def choose(self, request):
        self.running += 1
        self.most = max(self.most, self.running)
        await asyncio.sleep(0.002)
        self.running -= 1
        self.started = True
        return await super().choose(request)

    async def metrics(self):
        return ServerMetrics(cache_tokens=self.cache if self.started else None)


@pytest.mark.parametrize(("cache", "most"), [(10, FIRST), (None, 64)])
def test_an_engine_that_is_yet_to_start_is_not_flooded(survey, folder, cache, most):
    path, model = survey(population={"from_humans": True}, survey={"presentation": "series"}), Engine(cache)
    models = {"synthetic:default": model}
    asyncio.run(run_study(make_plan(load_study(path), path), folder / "out", models=models))
    assert model.most <= most
    assert model.most > FIRST or cache
