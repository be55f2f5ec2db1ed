"""Shared starts of prompts: read once, and without any effect on what is read."""

import asyncio

import pytest
from tiny_survey import asked

from minipublic.models.protocol import ChooseRequest, Message, Prompt

pytestmark = pytest.mark.local


def same(left, right):
    for a, b in zip(left, right, strict=True):
        assert a.probabilities == pytest.approx(b.probabilities, abs=1e-5)
        assert a.captured_mass == pytest.approx(b.captured_mass, abs=1e-5)


@pytest.mark.parametrize("method", ["first_token", "full_option"])
async def test_batches_and_shared_starts_change_nothing(load, method):
    requests, _ = asked(method)
    alone = await load(batch_size=1, prefix_cache=0).choose_all(requests)
    same(alone, await load(batch_size=7, prefix_cache=0).choose_all(requests))
    shared = load(batch_size=16)
    same(alone[::-1], await shared.choose_all(requests[::-1]))
    same(alone, await shared.choose_all(requests))
    same(alone, await load(batch_size=5, prefix_cache=1).choose_all(requests))
    assert shared.tokens_reused > shared.tokens_computed


async def test_what_was_read_is_counted(load):
    requests, _ = asked()
    total = sum([c.usage.prompt_tokens for c in await load().choose_all(requests)])
    model = load(prefix_cache=0)
    await model.choose_all(requests)
    assert (model.tokens_computed, model.tokens_reused) == (total, 0)
    model = load(prefix_cache=64)
    for times in (1, 2):
        await model.choose_all(requests)
        assert model.tokens_computed + model.tokens_reused == times * total


async def test_a_series_of_questions_reads_only_what_is_new(load, tokenizer):
    model, told = load(), "I am a baker and live in a town. " * 20
    before = [Message("system", told)]
    for k in range(4):
        before.append(
            Message("user", f"How often do you walk by the river in week {k}?\n(A) Never\n(B) Often\nAnswer:")
        )
        request = ChooseRequest(Prompt(tuple(before)), options=("Never", "Often"))
        computed = model.tokens_computed
        choice = await model.choose(request)
        same([choice], [await load(prefix_cache=0).choose(request)])
        before.append(Message("assistant", "A"))
        if k:
            assert model.tokens_computed - computed < 60 < choice.usage.prompt_tokens


async def test_adapters_share_weights_but_no_starts(load):
    requests, _ = asked()
    base, a, b = load(), load("a"), load("b")
    mixed = await asyncio.gather(*(m.choose(r) for r in requests[:12] for m in (base, a, b)))
    for k, adapter in enumerate((None, "a", "b")):
        same(mixed[k::3], await load(adapter, batch_size=1, prefix_cache=0).choose_all(requests[:12]))
    for one, other in ((0, 1), (0, 2), (1, 2)):
        pairs = zip(mixed[one::3], mixed[other::3], strict=True)
        assert max(abs(x.probabilities[0] - y.probabilities[0]) for x, y in pairs) > 0.1
    assert base._lane()[1].weights is a._lane()[1].weights is b._lane()[1].weights


def test_groups_save_the_most_tokens(tiny):
    from minipublic.models.local.grouping import common, grouped

    town, baker = tuple(range(20)), tuple(range(20)) + tuple(range(100, 200))
    prompts = [(*baker, 1), (*town, 7, 1), (*baker, 2, 2), (*town, 8), (*baker, 3), (5,)]
    groups = {frozenset(places): shared for shared, places in grouped(prompts)}
    assert groups == {frozenset({0, 2, 4}): 120, frozenset({1, 3}): 20, frozenset({5}): 0}
    assert common(prompts[0], prompts[2]) == 120
    assert common((), (1,)) == 0
    assert common((1, 2), (1, 2)) == 2
    assert grouped([]) == []


@pytest.mark.parametrize("kind", ["llama", "sliding", "learned positions"])
def test_other_kinds_of_attention(tiny, kind):
    import torch
    from transformers import AutoModelForCausalLM, Gemma3TextConfig, GPT2Config, LlamaConfig

    from minipublic.models.local.prefix import Reader, Row

    small = {
        "vocab_size": 64,
        "hidden_size": 32,
        "intermediate_size": 32,
        "num_hidden_layers": 4,
        "num_attention_heads": 4,
        "head_dim": 8,
    }
    config = {
        "llama": lambda: LlamaConfig(**small, num_key_value_heads=2),
        "sliding": lambda: Gemma3TextConfig(**small, num_key_value_heads=2, sliding_window=8, sliding_window_pattern=2),
        "learned positions": lambda: GPT2Config(
            vocab_size=64, n_embd=32, n_layer=2, n_head=4, n_positions=70, bos_token_id=0, eos_token_id=0
        ),
    }[kind]()
    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_config(config).eval()
    starts = [torch.randint(64, (n,)).tolist() for n in (20, 40)]
    prompts = [tuple(s + torch.randint(64, (n,)).tolist()) for s in starts for n in (1, 9, 30)] + [(3,)]
    reader = Reader(model, 4)
    with torch.inference_mode():
        for _ in range(2):
            rows = [Row(ids, max(0, len(ids) - 3)) for ids in prompts]
            for row, logits in zip(rows, reader.logits(rows), strict=True):
                alone = model(torch.tensor([row.ids]), use_cache=False).logits[0, row.first :]
                assert torch.allclose(logits, alone, atol=1e-5)
