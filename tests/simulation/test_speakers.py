"""Which settings of a model make it another one, to a study and to its journal."""

import asyncio

import pytest

from minipublic.models.errors import ModelSpecError
from minipublic.simulation.errors import InputError
from minipublic.simulation.loading import load_study
from minipublic.simulation.named_models import ModelConfig
from minipublic.simulation.opening import open_models
from minipublic.simulation.planning import make_plan
from minipublic.simulation.run import run_study
from minipublic.simulation.speakers import role_key


def planned(path):
    return make_plan(load_study(path), path)


def two(survey, a, b):
    return survey(conditions=[{"name": "a", "style": "qa", "model": a}, {"name": "b", "style": "qa", "model": b}])


def test_what_a_model_takes_up_is_no_part_of_it_and_what_it_answers_is():
    def key(**options):
        return role_key(ModelConfig(spec="vllm_engine:org/name", options=options))

    assert key(gpu_memory_utilization=0.5, max_num_seqs=8, max_model_len=4096, enforce_eager=True) == key()
    assert key(dtype="float32", max_num_seqs=8) == key(dtype="float32") == "vllm_engine:org/name dtype=float32"
    assert len({key(), key(dtype="float32"), key(chat=True)}) == 3


def test_a_run_goes_on_with_fewer_prompts_a_request(survey, folder, server_beside):
    spec = f"openai-completions:m@{server_beside.url}"
    first = asyncio.run(run_study(planned(survey(model=spec)), folder / "out", limit=10))
    path = survey(model={"spec": spec, "options": {"prompts_per_request": 1}})
    then = asyncio.run(run_study(planned(path), folder / "out"))
    assert then["calls"]["replayed_now"] == first["calls"]["asked_now"] == 60


def test_one_name_at_two_addresses_is_refused(survey):
    at = "openai-completions:m@http://127.0.0.1:{}/v1"
    with pytest.raises(
        InputError, match=r"conditions\.a\.model and conditions\.b\.model are both openai-compl.* two addr"
    ):
        planned(two(survey, at.format(1), at.format(2)))
    planned(two(survey, at.format(1), at.format(1)))


def test_models_whose_calls_the_journal_cannot_tell_apart_are_refused(survey):
    spec = "openai-completions:m@http://127.0.0.1:1/v1"
    plan = planned(two(survey, spec, {"spec": spec, "options": {"top_logprobs": 5}}))
    with pytest.raises(ModelSpecError, match=r"conditions\.a\.model and conditions\.b\.model are both .*two studies"):
        open_models(plan)
