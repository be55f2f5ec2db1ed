"""Bounds on calls, tokens and cost: never passed, whatever is under way, and said in plain numbers."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minipublic.models.budget import KNOWN_AFTER, MARGIN, MESSAGE_TOKENS, Budget, Price, Spent
from minipublic.models.errors import BudgetError, SetupError
from minipublic.models.protocol import (
    ChooseRequest,
    Message,
    Prompt,
    Request,
    Sampling,
    ScoreRequest,
    Usage,
)

TALK = Request(Prompt((Message("system", "é" * 10), Message("user", "b" * 80))), Sampling(max_tokens=50))
AROUND = 3 * MESSAGE_TOKENS
PRICES = {"m": Price(2.0, 10.0), "other": Price(0.0, 1.0)}


def asks(characters, tokens=10):
    return Request(Prompt.of("x" * characters), Sampling(max_tokens=tokens))


@pytest.mark.parametrize(
    ("request_", "read", "written"),
    [
        (TALK, 102, 50),  # 20 bytes, a blank line, 80 bytes
        (ScoreRequest(Prompt.of("x" * 50), continuation="four"), 54, 1),
        (ChooseRequest(Prompt.of("x" * 50), options=("a", "b", "c")), 50, 1),
        (ChooseRequest(Prompt.of("x" * 50), options=("one", "two"), method="full_option"), 108, 2),
        (ChooseRequest(Prompt.of("x" * 50), options=("a", "b"), method="sampled", draws=4), 200, 64),
        (ChooseRequest(Prompt.of("x" * 50), options=("a", "b"), method="structured", draws=3), 150, 48),
    ],
    ids=["text", "score", "first_token", "full_option", "sampled", "structured"],
)
async def test_the_most_a_call_can_use_is_held(request_, read, written):
    readings = {"full_option": 2, "sampled": 4, "structured": 3}.get(getattr(request_, "method", ""), 1)
    around = readings * MESSAGE_TOKENS * (len(request_.prompt.messages) + 1)
    held = await Budget(max_tokens=10_000, prices=PRICES).reserve("m", [request_])
    assert (held.most.calls, held.most.prompt_tokens, held.most.completion_tokens) == (1, read + around, written)
    assert held.most.cost == pytest.approx((2 * (read + around) + 10 * written) / 1e6)


async def test_what_was_used_takes_the_place_of_what_was_held():
    budget = Budget(max_tokens=1000, prices=PRICES, spent=Spent(3, 100, 20, 0.5))
    held = await budget.reserve("m", [TALK, TALK])
    await budget.settle(held, [Usage(30, 5), Usage(40, 6)])
    other = await budget.reserve("other", [TALK])
    await budget.settle(other, [Usage(1000, 500)])
    assert (budget.spent.calls, budget.spent.prompt_tokens, budget.spent.completion_tokens) == (6, 1170, 531)
    assert budget.spent.cost == pytest.approx(0.5 + (70 * 2 + 11 * 10 + 500 * 1) / 1e6)
    assert budget.spent.tokens == 1701


@pytest.mark.parametrize(
    ("bounds", "spent", "said"),
    [
        ({"max_calls": 2500}, Spent(2500), "max_calls is 2,500: 2,500 used, and the next call may use 1 more"),
        (
            {"max_tokens": 2_000_000},
            Spent(9, 1_500_000, 499_900),
            "max_tokens is 2,000,000: 1,999,900 used, and the next call may use 200 more",
        ),
        (
            {"max_cost": 1.5},
            Spent(9, cost=1.4999),
            "max_cost is 1.5: 1.4999 used, and the next call may use 0.0008 more",
        ),
    ],
)
async def test_a_bound_that_would_be_passed_is_named_with_its_numbers(bounds, spent, said):
    budget = Budget(**bounds, prices=PRICES, spent=spent)
    with pytest.raises(BudgetError) as caught:
        await budget.reserve("m", [TALK])
    assert str(caught.value) == said
    assert budget.spent == spent


async def test_a_bound_may_be_reached():
    budget = Budget(max_calls=2, max_tokens=300, max_cost=0.0012, prices={"m": Price(2.0, 10.0)})
    assert (await budget.reserve("m", [TALK])).most == Spent(1, 102 + AROUND, 50, pytest.approx(0.0008))
    exact = Budget(max_calls=1, max_tokens=152 + AROUND, max_cost=(2 * (102 + AROUND) + 500) / 1e6, prices=PRICES)
    assert (await exact.reserve("m", [TALK])).most.tokens == 152 + AROUND


async def test_cost_needs_a_price_for_every_model():
    with pytest.raises(SetupError, match=r"a price for vllm:llama: put it under budget\.prices"):
        await Budget(max_cost=1.0, prices=PRICES).reserve("vllm:llama", [TALK])
    await Budget(max_calls=1).reserve("vllm:llama", [TALK])


async def test_a_server_that_counts_no_tokens_cannot_be_bounded_by_them():
    for bounds in ({"max_tokens": 10_000}, {"max_cost": 5.0}):
        budget = Budget(**bounds, prices=PRICES)
        await budget.settle(await budget.reserve("m", [TALK]), [Usage(10, None)])
        with pytest.raises(SetupError, match=r"m: the server does not say how many.*max_calls"):
            await budget.reserve("m", [TALK])
        await budget.reserve("other", [TALK])
    by_calls = Budget(max_calls=5)
    await by_calls.settle(await by_calls.reserve("m", [TALK]), [Usage()])
    await by_calls.reserve("m", [TALK])


@pytest.mark.parametrize("bounds", [{"max_calls": 1}, {"max_tokens": 350}, {"max_cost": 0.0015}], ids=str)
async def test_what_is_held_counts_against_every_bound(bounds):
    budget = Budget(**bounds, prices=PRICES)
    held = await budget.reserve("m", [TALK])
    second = asyncio.create_task(budget.reserve("m", [TALK]))
    await asyncio.sleep(0.01)
    assert not second.done()
    await budget.settle(held, [])
    assert await asyncio.wait_for(second, 5) == held


async def test_what_is_held_is_waited_for_and_not_refused():
    budget = Budget(max_calls=3)
    first = await budget.reserve("m", [TALK, TALK])
    waiting = asyncio.create_task(budget.reserve("m", [TALK, TALK]))
    given_up = asyncio.create_task(budget.reserve("m", [TALK, TALK]))
    await asyncio.sleep(0.01)
    assert not waiting.done()
    given_up.cancel()
    await asyncio.gather(given_up, return_exceptions=True)
    await budget.settle(first, [Usage(1, 1)])  # one of the two failed
    assert (await asyncio.wait_for(waiting, 5)).most.calls == 2
    refused = asyncio.create_task(budget.reserve("m", [TALK]))
    await budget.settle(waiting.result(), [Usage(1, 1)] * 2)
    with pytest.raises(BudgetError, match="3 used"):
        await asyncio.wait_for(refused, 5)


async def test_a_prompt_counts_by_what_was_seen_once_enough_was():
    budget, prompt = Budget(max_tokens=10**9), asks(1000, 1)
    around = 2 * MESSAGE_TOKENS
    for _ in range(KNOWN_AFTER):
        held = await budget.reserve("m", [prompt])
        assert held.most.prompt_tokens == 1000 + around
        await budget.settle(held, [Usage(200, 1)])
    assert (await budget.reserve("m", [prompt])).most.prompt_tokens == 200 * MARGIN + around
    for seen in (400, 100):  # the most seen counts
        await budget.settle(await budget.reserve("m", [prompt]), [Usage(seen, 1)])
    assert (await budget.reserve("m", [prompt])).most.prompt_tokens == 400 * MARGIN + around
    await budget.settle(await budget.reserve("m", [prompt]), [Usage(999, 1)])  # no tokeniser makes more than bytes
    assert (await budget.reserve("m", [prompt])).most.prompt_tokens == 1000 + around


async def test_what_one_model_makes_of_a_byte_says_nothing_of_another():
    budget, prompt = Budget(max_tokens=10**9), asks(1000, 1)
    for _ in range(KNOWN_AFTER):
        await budget.settle(await budget.reserve("m", [prompt]), [Usage(100, 1)])
    assert (await budget.reserve("m", [prompt])).most.prompt_tokens == 100 * MARGIN + 2 * MESSAGE_TOKENS
    assert (await budget.reserve("other", [prompt])).most.prompt_tokens == 1000 + 2 * MESSAGE_TOKENS


calls = st.lists(
    st.tuples(
        st.sampled_from(["m", "other"]),
        st.lists(st.tuples(st.integers(1, 400), st.integers(1, 60)), min_size=1, max_size=4),  # bytes, tokens allowed
        st.integers(0, 3),  # how long it takes
        st.floats(0.9, 1.1),  # how this text's tokens differ from the usual
        st.floats(0, 1),  # how much of what may be written is written
        st.booleans(),  # whether its last call fails
    ),
    min_size=1,
    max_size=60,
)


@settings(max_examples=150, deadline=None)
@given(
    calls=calls,
    densities=st.fixed_dictionaries({"m": st.floats(0.05, 0.9), "other": st.floats(0.05, 0.9)}),  # tokens a byte
    bounds=st.fixed_dictionaries(
        {
            "max_calls": st.none() | st.integers(1, 80),
            "max_tokens": st.none() | st.integers(1, 20_000),
            "max_cost": st.none() | st.floats(1e-5, 0.05),
        }
    ),
)
def test_no_bound_is_passed_whatever_the_order(calls, densities, bounds):
    budget, most = Budget(**bounds, prices=PRICES), dict.fromkeys(bounds, 0.0)

    def look():
        now = {"max_calls": budget.spent.calls, "max_tokens": budget.spent.tokens, "max_cost": budget.spent.cost}
        for name, bound in bounds.items():
            most[name] = max(most[name], now[name])
            assert bound is None or now[name] <= bound * (1 + 1e-9), name

    async def call(model, texts, turns, factor, share, fails):
        requests = [asks(size, tokens) for size, tokens in texts]
        try:
            held = await budget.reserve(model, requests)
        except BudgetError:
            return 0
        for _ in range(turns):
            await asyncio.sleep(0)
        used = [Usage(int(size * densities[model] * factor), int(tokens * share)) for size, tokens in texts]
        await budget.settle(held, used[:-1] if fails else used)
        look()
        return len(used) - fails

    async def all_of_them():
        async with asyncio.timeout(10):  # nobody waits for ever
            return await asyncio.gather(*(call(*each) for each in calls))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("minipublic.models.budget.KNOWN_AFTER", 2)
        assert sum(asyncio.run(all_of_them())) == budget.spent.calls
    if all(bound is None for bound in bounds.values()):
        assert budget.spent.calls == sum(len(texts) - fails for _, texts, _, _, _, fails in calls)
