"""Log-likelihoods token by token: the same as the chain rule gives, with shared steps asked once."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vllm_server import logprob, tokens_of

from minipublic.models.errors import BadResponseError, ContextLengthError, ModelSpecError
from minipublic.models.protocol import ChooseRequest, Prompt, ScoreRequest, Usage
from minipublic.models.vllm.model import MOST_TOKEN_IDS
from minipublic.models.vllm.stepwise import add_up, plan_steps


def by_chain_rule(prompt, whole):
    """Every token after the prompt's own, given all before it."""
    return sum(logprob(list(whole[:at]), whole[at]) for at in range(len(prompt), len(whole)))


def test_shared_beginnings_are_asked_once():
    steps = plan_steps([1, 2], [[1, 2, 7, 8], [1, 2, 7, 9], [1, 2, 5]])
    assert steps.contexts == ((1, 2), (1, 2, 7))
    assert steps.wanted == (7, 8, 9, 5)
    assert steps.paths == (((0, 7), (1, 8)), ((0, 7), (1, 9)), ((0, 5),))
    assert steps.lengths == (4, 4, 3)


def test_a_token_over_the_end_of_the_prompt_is_the_continuations():
    steps = plan_steps([1, 2, 3], [[1, 2, 40, 5], [1, 2, 3, 6]])
    assert steps.contexts == ((1, 2), (1, 2, 40), (1, 2, 3))
    assert steps.paths == (((0, 40), (1, 5)), ((2, 6),))


@pytest.mark.parametrize(("prompt", "whole"), [([], [1, 2]), ([1, 2], [3, 4]), ([1, 2], [1, 2]), ([1, 2], [1])])
def test_nothing_to_score_is_refused(prompt, whole):
    with pytest.raises(ModelSpecError, match="at least a token of prompt"):
        plan_steps(prompt, [whole])


tokens = st.lists(st.integers(0, 5), min_size=1, max_size=5)


@given(prompt=tokens, endings=st.lists(tokens, min_size=1, max_size=6))
def test_the_steps_add_up_to_the_chain_rule(prompt, endings):
    wholes = [prompt + ending for ending in endings]
    steps = plan_steps(prompt, wholes)
    answers = [{token: logprob(list(context), token) for token in steps.wanted} for context in steps.contexts]
    found = [add_up(path, answers) for path in steps.paths]
    assert found == pytest.approx([by_chain_rule(prompt, whole) for whole in wholes])
    assert len(set(steps.contexts)) == len(steps.contexts) <= sum(map(len, endings))


def test_a_token_that_was_not_answered_is_an_error_and_rounding_is_none():
    assert add_up([(0, 5), (0, 6)], [{5: 1e-6, 6: -1.0}]) == -1.0
    with pytest.raises(BadResponseError, match="no log-probability for token 7"):
        add_up([(0, 7)], [{5: -1.0}])


async def test_a_score_is_the_chain_rules(server, load):
    prompt, continuation = "Is it so? Answer:", " yes, it is"
    score = await load().score(ScoreRequest(Prompt.of(prompt), continuation=continuation))
    before, whole = tokens_of(prompt), tokens_of(prompt + continuation)
    assert score.log_likelihood == pytest.approx(by_chain_rule(before, whole))
    assert (score.tokens, score.usage) == (len(whole) - len(before), Usage(len(whole), 1))
    assert server.tokenised[prompt + continuation] == 1
    asked = [b["prompt"] for b in server.bodies if isinstance(b["prompt"], list)]
    assert asked == [[whole[:at] for at in range(len(before), len(whole))]]  # each step's prompt, as tokens
    assert not any(b.get("echo") for b in server.bodies)


async def test_prompt_and_continuation_that_share_a_token(load):
    score = await load().score(ScoreRequest(Prompt.of("one two thr"), continuation="ee!"))
    whole = tokens_of("one two three!")
    assert score.log_likelihood == pytest.approx(by_chain_rule(whole[:-2], whole))
    assert score.tokens == 2


async def test_whole_options_are_compared_and_share_their_steps(server, load):
    options = ("no", "no way", "no wonder")
    request = ChooseRequest(Prompt.of("Well?"), options=options, method="full_option")
    choice = await load().choose(request)
    before = tokens_of("Well?")
    likely = [math.exp(by_chain_rule(before, tokens_of(f"Well? {option}"))) for option in options]
    assert choice.probabilities == pytest.approx([x / sum(likely) for x in likely])
    assert choice.captured_mass == pytest.approx(min(sum(likely), 1))
    (contexts,) = [b["prompt"] for b in server.bodies if isinstance(b["prompt"], list)]
    assert len({tuple(c) for c in contexts}) == len(contexts) == 9  # they share " no", " " and "w"


async def test_one_step_alone_is_a_prompt_and_no_list(server, load):
    score = await load().score(ScoreRequest(Prompt.of("Well?"), continuation="!"))
    assert server.bodies[-1]["prompt"] == tokens_of("Well?")
    assert score.log_likelihood == pytest.approx(by_chain_rule(tokens_of("Well?"), tokens_of("Well?!")))


async def test_more_tokens_than_a_request_may_name(server, load):
    continuation = "".join(chr(0x4E00 + k) for k in range(MOST_TOKEN_IDS + 10))
    score = await load(prompts_per_request=50).score(ScoreRequest(Prompt.of("x"), continuation=continuation))
    assert score.log_likelihood == pytest.approx(by_chain_rule(tokens_of("x"), tokens_of("x" + continuation)))
    assert max(len(b["logprob_token_ids"]) for b in server.bodies) == MOST_TOKEN_IDS


async def test_a_step_that_fails_is_the_scores_error(server, load):
    model = load()
    await model.score(ScoreRequest(Prompt.of("Well?"), continuation=" yes"))
    server.always = "context"
    with pytest.raises(ContextLengthError, match="maximum context length"):
        await model.score(ScoreRequest(Prompt.of("Well?"), continuation=" no"))


async def test_an_older_server_echoes(server, load):
    server.by_id = "refuses"
    score = await load().score(ScoreRequest(Prompt.of("one two three"), continuation=" four five"))
    assert (score.log_likelihood, score.tokens) == (-2.0, 2)
    assert server.bodies[-1]["echo"] is True
