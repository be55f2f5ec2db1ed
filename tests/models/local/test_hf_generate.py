"""Texts: seeds, stop strings, limits, and rows that leave each other alone."""

import asyncio

import pytest
import tiny_model
from tiny_survey import asked

from minipublic.models.errors import ModelSpecError
from minipublic.models.protocol import Prompt, Request, Sampling, Usage

pytestmark = pytest.mark.local
WORDS = tiny_model.IN_WORDS[0]


def texts(count):
    """Requests of several lengths, for texts of several lengths."""
    requests, _ = asked()
    hows = [Sampling(max_tokens=tokens) for tokens in (12, 5, 9)]
    return [Request(requests[k % len(requests)].prompt, hows[k % 3], seed=k) for k in range(count)]


async def test_a_text_depends_on_its_seed_alone(load):
    asked_for = texts(24)
    alone = [await load(batch_size=1).generate(r) for r in asked_for]
    model = load(batch_size=24)
    assert alone == await asyncio.gather(*map(model.generate, asked_for))
    assert alone[::-1] == await asyncio.gather(*map(load(batch_size=5).generate, asked_for[::-1]))
    assert len({g.text for g in alone}) > 12


async def test_without_a_seed_texts_differ(load):
    request = Request(WORDS, Sampling(max_tokens=20))
    assert len({g.text for g in await asyncio.gather(*[load().generate(request) for _ in range(4)])}) > 1


async def test_greedy_takes_the_likeliest(load, plain, tokenizer):
    request = Request(WORDS, Sampling(temperature=0, max_tokens=6), seed=1)
    ids = tokenizer(WORDS.text)["input_ids"]
    said = list(ids)
    for _ in range(6):
        said.append(int(plain(said)[-1].argmax()))
    made = await load().generate(request)
    assert made.text == tokenizer.decode(said[len(ids) :])
    assert made.usage == Usage(len(ids), 6)
    assert made.finish_reason == "length"


async def test_stop_strings_end_a_text_before_them(load):
    whole = await load().generate(Request(WORDS, Sampling(max_tokens=20), seed=3))
    stop = whole.text[5:8]
    cut = await load().generate(Request(WORDS, Sampling(max_tokens=20, stop=("never said", stop)), seed=3))
    assert cut.text == whole.text[: whole.text.index(stop)]
    assert cut.finish_reason == "stop"
    assert cut.usage.completion_tokens < 20


async def test_an_end_token_ends_a_text(load, tokenizer):
    model = load()
    whole = await model.generate(Request(WORDS, Sampling(max_tokens=8), seed=3))
    ids = tokenizer(whole.text)["input_ids"]
    weights = model._lane()[1].weights
    weights.ends = frozenset({ids[2]})
    try:
        cut = await model.generate(Request(WORDS, Sampling(max_tokens=8), seed=3))
    finally:
        del weights.ends
    assert cut.text == tokenizer.decode(ids[: ids.index(ids[2])])
    assert cut.finish_reason == "stop"


def test_the_nucleus_keeps_the_likeliest(tiny):
    import torch

    from minipublic.models.local.sampling import next_tokens

    logits = torch.tensor([0.1, 0.5, 0.0, 0.4]).log().repeat(4, 1)
    how = [Sampling(top_p=0.8), Sampling(), Sampling(temperature=0), Sampling(top_p=0.3)]
    assert next_tokens(logits, how, [0.0] * 4).tolist() == [1, 0, 1, 1]
    assert next_tokens(logits, how, [0.999] * 4).tolist() == [3, 3, 1, 1]
    assert next_tokens(logits, how, [0.55] * 4).tolist() == [1, 1, 1, 1]
    sharp = [Sampling(temperature=0.01)] * 4
    assert next_tokens(logits, sharp, [0.0, 0.3, 0.6, 0.999]).tolist() == [1] * 4
    assert next_tokens(logits * torch.nan, how, [0.5] * 4).tolist() == [-1] * 4


@pytest.mark.parametrize("how", [Sampling(max_tokens=0), Sampling(temperature=-1), Sampling(top_p=0)])
async def test_impossible_sampling(load, how):
    with pytest.raises(ModelSpecError, match="cannot be"):
        await load().generate(Request(WORDS, how))


async def test_nothing_to_continue(load):
    with pytest.raises(ModelSpecError, match="empty"):
        await load().generate(Request(Prompt.of("")))
