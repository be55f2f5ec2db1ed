"""Both ways to an OpenAI-compatible server against one that misbehaves."""

import asyncio
import time

import pytest

from minipublic.models import wire
from minipublic.models.errors import (
    AuthenticationError,
    BadResponseError,
    ConnectionLostError,
    ContentFilterError,
    ContextLengthError,
    ModelError,
    ModelSpecError,
    ModelTimeoutError,
    RateLimitError,
    RequestRefusedError,
    ServerError,
    ServerGoneError,
    SetupError,
    UnknownModelError,
    UnsupportedError,
)
from minipublic.models.openai import OpenAIModel
from minipublic.models.protocol import (
    Choice,
    ChooseRequest,
    Message,
    Prompt,
    Request,
    Sampling,
    ScoreRequest,
    Usage,
)
from minipublic.models.registry import load_model

ASK = Request(Prompt((Message("system", "You are Ann."), Message("user", "Who are you?"))), seed=5)
CHOOSE = ChooseRequest(Prompt.of("Well? Answer with the letter."), seed=5, options=("Yes", "No"))


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch):
    monkeypatch.setattr(wire, "FIRST_WAIT_S", 0.001)


def openai(server, endpoint="chat", **options):
    return OpenAIModel("m", base_url=server.url, endpoint=endpoint, **{"retries": 2, "timeout_s": 5.0, **options})


def langchain(server, **options):
    return load_model(f"langchain:openai:m@{server.url}", **{"retries": 0, "timeout_s": 5.0, **options})


@pytest.fixture(params=["chat", "completions", "langchain"])
async def model(request, server):
    model = langchain(server) if request.param == "langchain" else openai(server, request.param)
    yield model
    await model.aclose()


async def test_generate_sends_what_was_asked(model, server):
    said = await model.generate(Request(ASK.prompt, Sampling(0.7, 0.9, 33, ("\n",)), seed=5))
    assert said.text == "text of seed 5"
    assert (said.usage.prompt_tokens, said.usage.completion_tokens) == (10, 3)
    body = server.bodies[0]
    assert body["temperature"] == 0.7
    assert body["top_p"] == 0.9
    assert body["stop"] == ["\n"]
    assert body["seed"] == 5
    assert 33 in (body.get("max_tokens"), body.get("max_completion_tokens"))
    if "messages" in body:
        assert [m["content"] for m in body["messages"]] == ["You are Ann.", "Who are you?"]
    else:
        assert body["prompt"] == "You are Ann.\n\nWho are you?"


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("auth", AuthenticationError),
        ("forbidden", AuthenticationError),
        ("model", UnknownModelError),
        ("path", SetupError),
        ("context", ContextLengthError),
        ("vllm_context", ContextLengthError),
        ("filter", ContentFilterError),
        ("bad_request", RequestRefusedError),
        ("quota", SetupError),
        ("429", RateLimitError),
        ("500", ServerError),
        ("503", ServerError),
        ("408", ModelTimeoutError),
        ("409", ServerError),
        ("drop", ConnectionLostError),
    ],
)
async def test_every_failure_is_one_of_our_errors(model, server, fault, expected):
    server.always = fault
    with pytest.raises(expected) as caught:
        await model.generate(ASK)
    assert type(caught.value) is expected
    assert len(str(caught.value)) > 20


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("garbage", BadResponseError),
        ("list", BadResponseError),
        ("truncated", ConnectionLostError),
        ("no_choices", BadResponseError),
    ],
)
@pytest.mark.parametrize("endpoint", ["chat", "completions"])
async def test_broken_answers(server, endpoint, fault, expected):
    server.always = fault
    model = openai(server, endpoint)
    with pytest.raises(expected):
        await model.generate(ASK)
    await model.aclose()


@pytest.mark.parametrize("fault", ["429", "500", "503", "408", "409", "drop", "truncated"])
async def test_a_passing_failure_is_tried_again(server, fault):
    model = openai(server)
    server.faults = [fault, fault]
    assert (await model.generate(ASK)).text == "text of seed 5"
    assert server.requests == 3
    await model.aclose()


@pytest.mark.parametrize("fault", ["auth", "model", "context", "filter", "bad_request", "quota", "garbage"])
async def test_what_would_fail_again_is_not_tried_again(server, fault):
    model = openai(server)
    server.always = fault
    with pytest.raises(ModelError):
        await model.generate(ASK)
    assert server.requests == 1
    await model.aclose()


async def test_retry_after_is_honoured(server):
    model = openai(server)
    server.faults, server.retry_after = ["429"], "0.3"
    started = time.monotonic()
    await model.generate(ASK)
    assert time.monotonic() - started >= 0.3
    await model.aclose()


async def test_a_stalled_server_is_a_timeout(server):
    server.always = "stall"
    model = openai(server, timeout_s=0.2, retries=0)
    with pytest.raises(ModelTimeoutError, match=r"0\.2 s"):
        await model.generate(ASK)
    await model.aclose()


async def test_a_dead_server_is_named():
    model = OpenAIModel("m", base_url="http://127.0.0.1:9/v1", retries=0)
    with pytest.raises(ServerGoneError, match=r"127\.0\.0\.1:9"):
        await model.generate(ASK)
    await model.aclose()


async def test_refusals_and_empty_answers_are_results(server):
    model = openai(server)
    for fault, reason in (
        ("refusal", "refusal"),
        ("filtered", "content_filter"),
        ("length", "length"),
        ("empty", "stop"),
    ):
        server.faults = [fault]
        said = await model.generate(ASK)
        assert said.finish_reason == reason
        assert said.text == {"refusal": "I cannot help with that.", "empty": ""}.get(fault, "text of seed 5")
    await model.aclose()


@pytest.mark.parametrize("endpoint", ["chat", "completions"])
async def test_first_token(server, endpoint):
    model = openai(server, endpoint)
    choice = await model.choose(CHOOSE)
    assert choice.probabilities == pytest.approx((0.4 / 0.7, 0.3 / 0.7))
    assert choice.captured_mass == pytest.approx(0.7)
    server.faults = ["no_letters"]
    assert (await model.choose(CHOOSE)).captured_mass == 0
    await model.aclose()


@pytest.mark.parametrize(
    "fault", ["no_logprobs", "null_logprobs", "positive_logprobs", "mass_above_one", "null_token", "empty_top"]
)
@pytest.mark.parametrize("endpoint", ["chat", "completions"])
async def test_a_server_that_lies_about_logprobs(server, endpoint, fault):
    model = openai(server, endpoint)
    server.faults = [fault]
    with pytest.raises(BadResponseError):
        await model.choose(CHOOSE)
    await model.aclose()


async def test_a_refusal_to_choose_is_a_result(server):
    model = openai(server)
    for fault, raw in (("refusal", "I cannot help with that."), ("filtered", "content_filter")):
        server.faults = [fault]
        assert await model.choose(CHOOSE) == Choice((0.0, 0.0), 0.0, raw, Usage(10, 3))
    await model.aclose()


@pytest.mark.parametrize("endpoint", ["chat", "completions"])
async def test_an_answer_of_another_shape(server, endpoint):
    model = openai(server, endpoint)
    for fault in ("no_message", "no_text"):
        server.faults = [fault]
        with pytest.raises(BadResponseError, match=r"no message|no text"):
            await model.generate(ASK)
    server.faults = ["no_usage"]
    assert (await model.generate(ASK)).usage == Usage(None, None)
    await model.aclose()


async def test_chat_cannot_score(server):
    model = openai(server)
    with pytest.raises(UnsupportedError, match="openai-completions"):
        await model.score(ScoreRequest(ASK.prompt, continuation="x"))
    with pytest.raises(UnsupportedError):
        await model.choose(ChooseRequest(ASK.prompt, options=("a", "b"), method="full_option"))
    assert server.requests == 0


async def test_sampled_draws_are_independent(model, server):
    choice = await model.choose(ChooseRequest(CHOOSE.prompt, seed=5, options=("Yes", "No"), method="sampled", draws=8))
    assert choice.probabilities == (0.0, 1.0)
    assert choice.captured_mass == 1.0
    assert len({b["seed"] for b in server.bodies}) == 8


async def test_langchain_offers_draws_only(server):
    with pytest.raises(UnsupportedError, match="sampled"):
        await langchain(server).choose(CHOOSE)


async def test_concurrency_stays_below_the_limit_and_falls_when_turned_down(server):
    server.delay_s = 0.01
    model = openai(server, max_in_flight=16, retries=20)
    await asyncio.gather(*(model.generate(Request(Prompt.of(str(k)))) for k in range(64)))
    assert server.peak == 16
    server.capacity, server.peak = 4, 0
    await asyncio.gather(*(model.generate(Request(Prompt.of(str(k)))) for k in range(64)))
    assert model._wire.limit.limit < 16
    server.capacity = 0
    before = model._wire.limit.limit
    await asyncio.gather(*(model.generate(Request(Prompt.of(str(k)))) for k in range(128)))
    assert before < model._wire.limit.limit <= 16
    await model.aclose()


def test_one_model_works_in_several_loops():
    from fault_server import FaultServer

    async def once(model):
        server = FaultServer()
        await server.start(PORT[0])
        PORT[0] = int(server.url.split(":")[2].split("/")[0])
        model = model or openai(server)
        said = await model.generate(ASK)
        await server.stop()
        return model, said.text

    PORT = [0]
    model, first = asyncio.run(once(None))
    _, second = asyncio.run(once(model))
    assert first == second == "text of seed 5"


def test_only_the_hosted_server_is_sent_its_key_unasked(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "secret-123")
    for url in (None, "https://api.openai.com/v1/", "https://api.openai.com/v1"):
        assert OpenAIModel("m", base_url=url)._wire._key == "secret-123"
    assert OpenAIModel("m", base_url="http://localhost:1/v1")._wire._key is None
    monkeypatch.delenv("OPENAI_API_KEY")
    with pytest.raises(AuthenticationError, match="OPENAI_API_KEY"):
        OpenAIModel("m")
    with pytest.raises(ModelSpecError, match="endpoint"):
        OpenAIModel("m", base_url="http://localhost:1/v1", endpoint="responses")


def test_keys_come_from_the_environment_and_are_never_shown(monkeypatch):
    monkeypatch.setenv("MY_KEY", "secret-123")
    model = load_model("openai:m@http://localhost:1/v1", api_key_env="MY_KEY")
    assert model._wire._headers()["Authorization"] == "Bearer secret-123"
    assert "secret" not in repr(model)
    monkeypatch.delenv("MY_KEY")
    with pytest.raises(AuthenticationError, match="MY_KEY"):
        load_model("openai:m@http://localhost:1/v1", api_key_env="MY_KEY")
