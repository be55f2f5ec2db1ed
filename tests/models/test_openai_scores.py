"""Log-likelihoods from an echoed text: only the continuation counts, and what cannot be read is an error."""

import pytest

from minipublic.models.errors import (
    BadResponseError,
    ModelSpecError,
)
from minipublic.models.openai import OpenAIModel
from minipublic.models.openai_answers import echoed_logprobs
from minipublic.models.protocol import (
    ChooseRequest,
    Prompt,
    Score,
    ScoreRequest,
    Usage,
)


def openai(server, endpoint="chat", **options):
    return OpenAIModel("m", base_url=server.url, endpoint=endpoint, **{"retries": 2, "timeout_s": 5.0, **options})


async def test_score_and_full_option_count_the_continuation_only(server):
    model = openai(server, "completions")
    score = await model.score(ScoreRequest(Prompt.of("one two three"), continuation=" four five"))
    assert (score.log_likelihood, score.tokens) == (-2.0, 2)
    # The tokeniser joined the end of the prompt and the start of the continuation: that token is the continuation's.
    assert (await model.score(ScoreRequest(Prompt.of("one two thr"), continuation="ee four"))).tokens == 2
    choice = await model.choose(ChooseRequest(Prompt.of("Q"), options=("yes", "not at all"), method="full_option"))
    assert choice.probabilities[0] == pytest.approx(1 / (1 + 2.718281828**-2))
    server.always = "echo_ignored"
    with pytest.raises(BadResponseError):
        await model.score(ScoreRequest(Prompt.of("a longer prompt"), continuation=" four five"))
    await model.aclose()


async def test_a_start_token_before_the_echoed_text_moves_nothing(server):
    model, asked = openai(server, "completions"), ScoreRequest(Prompt.of("one two three"), continuation=" four five")
    server.always = "start_token"
    assert await model.score(asked) == Score(-2.0, 2, Usage(10, 3))
    await model.aclose()


@pytest.mark.parametrize("fault", ["echo_ignored", "wrong_offsets", "null_echo", "no_logprobs"])
async def test_an_echo_that_cannot_be_read_is_an_error_and_not_a_number(server, fault):
    model, asked = openai(server, "completions"), ScoreRequest(Prompt.of("one two three"), continuation=" four five")
    server.always = fault
    with pytest.raises(BadResponseError, match=r"first_token|no log-probability"):
        await model.score(asked)
    await model.aclose()


def test_echoed_tokens_without_text_of_their_own_count():
    # A character of two tokens: the first one shows no text.
    held = {
        "tokens": ["go", "", "é", " on"],
        "token_logprobs": [None, -1.0, -2.0, -4.0],
        "text_offset": [0, 2, 2, 3],
    }
    assert echoed_logprobs(held, "go", "é") == [-1.0, -2.0]


async def test_a_score_needs_two_texts(server):
    model = openai(server, "completions")
    for prompt, continuation in (("", "x"), ("x", "")):
        with pytest.raises(ModelSpecError, match="empty"):
            await model.score(ScoreRequest(Prompt.of(prompt), continuation=continuation))
    assert server.requests == 0
