"""Choices and scores against a plain computation and against what the tiny model was taught."""

import asyncio
import math

import pytest
import tiny_model
from tiny_survey import asked

from minipublic.graphs.context import graph_prompts
from minipublic.models.choosing import letter_of
from minipublic.models.errors import ContextLengthError, ModelSpecError, RequestRefusedError
from minipublic.models.protocol import ChooseRequest, Prompt, Request, Sampling, ScoreRequest
from minipublic.personas.asking import Asking, ask_all, pose

pytestmark = pytest.mark.local
WORDS, OPTIONS, SHARES = tiny_model.IN_WORDS


def letter_shares(plain, tokenizer, request, adapter=None):
    """Mass per option letter over the whole vocabulary, token by token."""
    last = plain(tokenizer(request.prompt.text)["input_ids"], adapter)[-1].exp().tolist()
    mass = dict.fromkeys("ABCDEFGHIJKLMNOPQRSTUVWXYZ"[: len(request.options)], 0.0)
    for token, share in enumerate(last):
        letter = letter_of(tokenizer.decode([token]))
        if letter in mass:
            mass[letter] += share
    return list(mass.values())


async def test_first_token_is_the_plain_softmax_and_what_was_taught(load, plain, tokenizer):
    requests, truths = asked()
    for request, choice, truth in zip(requests, await load().choose_all(requests), truths, strict=True):
        mass = letter_shares(plain, tokenizer, request)
        assert choice.captured_mass == pytest.approx(sum(mass), abs=1e-5)
        assert choice.probabilities == pytest.approx([m / sum(mass) for m in mass], abs=1e-5)
        assert choice.probabilities == pytest.approx(truth, abs=0.05)
        assert choice.usage.prompt_tokens == len(tokenizer(request.prompt.text)["input_ids"])
        assert choice.raw == ""


async def test_both_orders_show_the_bias_that_was_taught_and_share_it_out(load):
    posed = [
        pose(
            question, before=(), names=("s", 1), prompts=graph_prompts(), asking=Asking(reorder=False, both_orders=True)
        )
        for question in tiny_model.QUESTIONS
    ]
    for question, answer in zip(tiny_model.QUESTIONS, await ask_all(load(), posed), strict=True):
        there, back = tiny_model.truth(question, False), tiny_model.truth(question, True)[::-1]
        mean = [(a + b) / 2 for a, b in zip(there, back, strict=True)]
        assert answer.probabilities == pytest.approx(mean, abs=0.04)
        assert answer.order_asymmetry == pytest.approx(tiny_model.FIRST_BIAS, abs=0.07)
        assert answer.primacy == pytest.approx(tiny_model.FIRST_BIAS, abs=0.07)


@pytest.mark.parametrize("adapter", ["a", "b"])
async def test_adapters_are_the_plain_ones(load, plain, tokenizer, adapter):
    requests, _ = asked()
    for request, choice in zip(requests[::5], await load(adapter).choose_all(requests[::5]), strict=True):
        mass = letter_shares(plain, tokenizer, request, adapter)
        assert choice.probabilities == pytest.approx([m / sum(mass) for m in mass], abs=1e-5)


async def test_what_was_said_instead_is_told(load, plain, tokenizer):
    choice = await load().choose(ChooseRequest(WORDS, options=("Good", "Bad")))
    last = plain(tokenizer(WORDS.text)["input_ids"])[-1]
    assert choice.captured_mass < 0.5
    assert choice.raw == tokenizer.decode([int(last.argmax())])


def plain_score(plain, tokenizer, text, continuation):
    ids, before = tokenizer(text + continuation)["input_ids"], len(tokenizer(text)["input_ids"])
    said = plain(ids)
    return sum(float(said[k - 1][ids[k]]) for k in range(before, len(ids))), len(ids) - before


async def test_a_score_is_the_sum_of_plain_log_probabilities(load, plain, tokenizer):
    model = load()
    for continuation in (" Good", " Quite bad", " Not good at all, we had no rain."):
        score = await model.score(ScoreRequest(WORDS, continuation=continuation))
        assert (score.log_likelihood, score.tokens) == pytest.approx(
            plain_score(plain, tokenizer, WORDS.text, continuation), abs=1e-4
        )


async def test_full_option_normalises_whole_texts(load, plain, tokenizer):
    choice = await load().choose(ChooseRequest(WORDS, options=OPTIONS, method="full_option"))
    held = [math.exp(plain_score(plain, tokenizer, WORDS.text, f" {o}")[0]) for o in OPTIONS]
    assert choice.captured_mass == pytest.approx(sum(held), abs=1e-5)
    assert choice.probabilities == pytest.approx([p / sum(held) for p in held], abs=1e-5)


async def test_drawn_answers_come_as_often_as_was_taught(load):
    requests, truths = asked()
    how, draws = Sampling(max_tokens=1), 1000
    for request, truth in list(zip(requests, truths, strict=True))[2:4]:
        model = load(batch_size=250)
        held = await asyncio.gather(*[model.generate(Request(request.prompt, how, seed)) for seed in range(draws)])
        said = [g.text.strip() for g in held]
        shares = [said.count(letter) / draws for letter in "ABCDE"]
        assert shares == pytest.approx(truth, abs=0.07)  # 4 standard errors are 0.06
        assert model.tokens_computed == held[0].usage.prompt_tokens - 1  # all but the token that every draw continues


async def test_sampled_counts_seeded_draws(load):
    request = ChooseRequest(WORDS, options=("Good", "Quite bad"), method="sampled", draws=12, seed=5)
    first, again = [await load(batch_size=size).choose(request) for size in (16, 5)]
    assert first.probabilities == again.probabilities
    assert first.raw == again.raw
    assert len(first.raw.split("\n")) == 12


async def test_one_bad_prompt_does_not_lose_the_others(load):
    requests, _ = asked()
    long = ChooseRequest(Prompt.of("How often? " * 3000), options=("a", "b"))
    blank = ChooseRequest(requests[0].prompt, options=("a", " "))
    odd = ChooseRequest(Prompt.of("half a sign: \ud800"), options=("a", "b"))
    held = await load().choose_all([requests[0], long, blank, requests[1], odd])
    assert isinstance(held.pop(), RequestRefusedError)
    assert isinstance(held[1], ContextLengthError)
    assert isinstance(held[2], ModelSpecError)
    assert [held[0], held[3]] == await load().choose_all(requests[:2])
    with pytest.raises(ContextLengthError, match="4096"):
        await load().choose(long)
    with pytest.raises(ContextLengthError):
        await load().generate(Request(Prompt.of("Hello"), Sampling(max_tokens=4096)))
    with pytest.raises(ModelSpecError, match="empty"):
        await load().score(ScoreRequest(WORDS))
