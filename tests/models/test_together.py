"""Several prompts in one request: matched by index, none lost with another, and usage that adds up."""

import asyncio
import json
import math
from collections import Counter

import pytest
from fault_server import FaultServer

from minipublic.models import wire
from minipublic.models.errors import (
    AuthenticationError,
    BadResponseError,
    ContextLengthError,
    ModelError,
    ModelTimeoutError,
    UnsupportedError,
)
from minipublic.models.openai import OpenAIModel
from minipublic.models.protocol import Capabilities, Choice, ChooseRequest, Prompt, Sampling, Usage
from minipublic.models.together import choose_all, or_raise


class Telling(FaultServer):
    """Says (A) with the percentage that the prompt ends with."""

    def logprobs(self, body, chat, fault):
        if chat or body.get("echo"):
            return super().logprobs(body, chat, fault)
        a = int(body["prompt"].split()[-1]) / 100
        return {"tokens": ["A"], "token_logprobs": [-1.0], "top_logprobs": [{"A": math.log(a), "B": math.log(1 - a)}]}


@pytest.fixture
async def server(monkeypatch):
    monkeypatch.setattr(wire, "FIRST_WAIT_S", 0.001)
    server = Telling()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def model(server):
    model = OpenAIModel("m", base_url=server.url, endpoint="completions", retries=1, prompts_per_request=4)
    yield model
    await model.aclose()


def asks(*percentages, **more):
    fields = {"seed": 5, "options": ("Yes", "No"), **more}
    return [ChooseRequest(Prompt.of(f"Well? {p}"), **fields) for p in percentages]


def shares(choices):
    return [round(choice.probabilities[0] * 100) for choice in choices]


def sizes(server):
    return sorted(len(b["prompt"]) if isinstance(b["prompt"], list) else 1 for b in server.bodies)


async def test_prompts_travel_in_lists_and_come_back_in_the_order_asked(server, model):
    asked = [7, 70, 14, 99, 50, 3, 42, 64, 28]
    choices = await model.choose_all(asks(*asked))  # the server answers each list backwards
    assert shares(choices) == asked
    assert sizes(server) == [1, 4, 4]
    prompts = [p for b in server.bodies for p in (b["prompt"] if isinstance(b["prompt"], list) else [b["prompt"]])]
    assert Counter(prompts) == Counter(f"Well? {p}" for p in asked)
    assert [sum(c.usage.prompt_tokens for c in choices), sum(c.usage.completion_tokens for c in choices)] == [90, 27]


async def test_nothing_asked_is_nothing_sent(server, model):
    assert await model.choose_all([]) == []
    assert server.requests == 0


async def test_what_does_not_matter_to_a_first_token_is_not_sent(server, model):
    few, many = (
        asks(10)[0],
        asks(20, options=("Yes", "No", "Perhaps"), seed=None, sampling=Sampling(0.3, 0.5, 9, ("x",)))[0],
    )
    two, three = await model.choose_all([few, many])
    assert two.probabilities == pytest.approx((0.1, 0.9))
    assert three.probabilities == pytest.approx((0.2, 0.8, 0.0))
    (body,) = server.bodies
    assert (body["temperature"], body["top_p"], body["max_tokens"]) == (1.0, 1.0, 1)
    assert not body.keys() & {"seed", "stop"}


async def test_another_method_is_asked_one_by_one(server, model):
    drawn = asks(10, 20, method="sampled", draws=3)
    mixed = [*asks(30, 40), *drawn]
    choices = await model.choose_all(mixed)
    assert shares(choices[:2]) == [30, 40]
    assert sizes(server) == [1] * (2 + 2 * 3)
    assert len({json.dumps([b["prompt"], b.get("seed")]) for b in server.bodies}) == 8


@pytest.mark.parametrize(("text", "place"), [("Well? 33", 1), ("Well? 88", 5)])
async def test_one_prompt_that_is_refused_loses_no_other(server, model, text, place):
    server.refused = text
    choices = await model.choose_all(asks(11, 33, 55, 66, 77, 88))
    assert isinstance(choices[place], ContextLengthError)
    assert shares(c for c in choices if isinstance(c, Choice)) == [
        p for p in (11, 33, 55, 66, 77, 88) if str(p) not in text
    ]
    server.bodies.clear()
    await model.choose_all(asks(11, 12, 13, 14))
    assert sizes(server) == [4]  # the prompt was at fault, not the list


@pytest.mark.parametrize("how", ["refuses", "ignores"])
async def test_a_server_without_lists_is_asked_one_by_one_from_then_on(server, model, how):
    getattr(server, how).add("list")
    assert shares(await model.choose_all(asks(10, 20, 30))) == [10, 20, 30]
    assert sizes(server) == [1, 1, 1, 3]
    server.bodies.clear()
    assert shares(await model.choose_all(asks(40, 50, 60))) == [40, 50, 60]
    assert sizes(server) == [1, 1, 1]


async def test_what_would_meet_every_prompt_is_not_asked_again_one_by_one(server, model):
    server.always = "auth"
    choices = await model.choose_all(asks(10, 20, 30))
    assert [type(c) for c in choices] == [AuthenticationError] * 3
    assert server.requests == 1


async def test_a_list_that_was_stopped_by_the_filter_is_asked_again_alone(server, model):
    server.faults = ["filter", "filter"]
    choices = await model.choose_all(asks(10, 20, 30))
    assert sum(isinstance(c, ModelError) for c in choices) == 1
    assert server.requests == 4


async def test_log_likelihoods_of_options_travel_together(server, model):
    (choice,) = await model.choose_all(asks(1, options=("yes", "not at all", "no way"), method="full_option"))
    weights = [math.exp(-n) for n in (1, 3, 2)]
    assert choice.probabilities == pytest.approx([w / sum(weights) for w in weights])
    assert sizes(server) == [3]
    assert choice.usage == Usage(30, 9)


async def test_an_answer_that_cannot_be_read_loses_no_other(server, model):
    told = server.logprobs
    server.logprobs = lambda body, *more: None if "20" in body["prompt"] else told(body, *more)
    first, second, third = await model.choose_all(asks(10, 20, 30))
    assert shares([first, third]) == [10, 30]
    assert isinstance(second, BadResponseError)


class Single:
    """A model that takes one question at a time, and fails at the second."""

    name, capabilities, running, peak = "single:x", Capabilities(choose=("first_token",)), 0, 0

    async def choose(self, request):
        self.running += 1
        self.peak = max(self.peak, self.running)
        await asyncio.sleep(0.01)
        self.running -= 1
        if request.prompt.text.endswith("2"):
            raise ModelTimeoutError("too slow")
        return Choice((1.0, 0.0), 1.0, raw=request.prompt.text)


async def test_any_model_is_asked_at_the_same_time_and_one_failure_stays_alone():
    model = Single()
    first, second, third = await choose_all(model, asks(1, 2, 3))
    assert (first.raw, third.raw, model.peak) == ("Well? 1", "Well? 3", 3)
    with pytest.raises(ModelTimeoutError, match="too slow"):
        or_raise(second)


async def test_a_method_that_is_not_offered_is_said_before_anything_is_sent(server, model):
    found = await model.choose_all(asks(1, 2, method="structured"))
    assert [type(c) for c in found] == [UnsupportedError] * 2
    assert server.requests == 0
