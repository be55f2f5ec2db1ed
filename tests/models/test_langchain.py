"""Any LangChain chat model as a model, and the official SDK behind it against the same server as our own backend."""

import sys
from types import SimpleNamespace
from typing import Any

import openai
import pytest
from langchain_core.caches import InMemoryCache
from langchain_core.globals import set_llm_cache
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_openai import ChatOpenAI
from langchain_openai.chat_models import base as langchain_base

from minipublic.models.errors import (
    AuthenticationError,
    BadResponseError,
    ConnectionLostError,
    ContextLengthError,
    ModelSpecError,
    ModelTimeoutError,
    RateLimitError,
    RequestRefusedError,
    ServerError,
    SetupError,
    UnsupportedError,
)
from minipublic.models.langchain import LangChainModel, from_langchain_spec, vendor_error
from minipublic.models.protocol import (
    ChooseRequest,
    Generation,
    LanguageModel,
    Message,
    Prompt,
    Request,
    Sampling,
    ScoreRequest,
    Usage,
)

ASK = Request(Prompt.of("Who are you?", "You are Ann."), seed=5)
CHOOSE = ChooseRequest(Prompt.of("Well? Answer with the letter."), seed=5, options=("Yes", "No"), method="sampled")


class Scripted(BaseChatModel):
    """A chat model of some other provider: says its lines in turn and remembers what it was asked."""

    lines: list[Any]
    asked: list[Any] = []  # noqa: RUF012 - a field of a pydantic model

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def _generate(self, messages, stop=None, run_manager=None, **kwargs):
        self.asked.append(([(m.type, m.content) for m in messages], stop, kwargs))
        line = self.lines[(len(self.asked) - 1) % len(self.lines)]
        if isinstance(line, Exception):
            raise line
        return ChatResult(generations=[ChatGeneration(message=line)])


def scripted(*lines, **options):
    said = [AIMessage(line) if isinstance(line, str) else line for line in lines]
    chat = Scripted(lines=said, asked=[])
    return chat, LangChainModel(chat, "scripted:1", **options)


async def test_any_chat_model_speaks():
    chat, model = scripted(
        AIMessage("I am Ann.", usage_metadata={"input_tokens": 7, "output_tokens": 3, "total_tokens": 10})
    )
    assert isinstance(model, LanguageModel)
    parts = (
        Message("system", "You are Ann."),
        Message("user", "Who?"),
        Message("assistant", "Me"),
        Message("user", "?"),
    )
    said = await model.generate(Request(Prompt(parts), Sampling(0.5, 0.9, 20, ("\n",)), seed=3))
    assert said == Generation("I am Ann.", "stop", Usage(7, 3))
    messages, stop, settings = chat.asked[0]
    assert messages == [("system", "You are Ann."), ("human", "Who?"), ("ai", "Me"), ("human", "?")]
    assert stop == ["\n"]
    assert settings == {}  # providers differ in what they take


async def test_settings_are_handed_over_under_the_providers_names():
    chat, model = scripted("x", settings={"max_tokens": "num_predict", "seed": "seed", "temperature": "temperature"})
    await model.generate(Request(Prompt.of("?"), Sampling(0.5, max_tokens=20), seed=3))
    await model.generate(Request(Prompt.of("?"), Sampling(0.5, max_tokens=20)))
    assert chat.asked[0][2] == {"num_predict": 20, "seed": 3, "temperature": 0.5}
    assert chat.asked[1][2] == {"num_predict": 20, "temperature": 0.5}
    assert model.capabilities.seed
    assert not scripted("x")[1].capabilities.seed


async def test_choices_are_counted_draws():
    chat, model = scripted("(A)", "B", "no idea", "A.")
    choice = await model.choose(ChooseRequest(Prompt.of("?"), options=("Yes", "No"), method="sampled", draws=4))
    assert choice.probabilities == pytest.approx((2 / 3, 1 / 3))
    assert choice.captured_mass == 0.75
    assert choice.usage == Usage(None, None)
    assert len(chat.asked) == 4


async def test_draws_without_a_seed_leave_it_to_the_server():
    chat, model = scripted("A", settings={"seed": "seed"})
    await model.choose(ChooseRequest(Prompt.of("?"), options=("Yes", "No"), method="sampled", draws=2))
    assert [settings for _, _, settings in chat.asked] == [{}, {}]


async def test_what_it_cannot_do():
    _, model = scripted("A")
    with pytest.raises(UnsupportedError, match="openai-completions"):
        await model.score(ScoreRequest(Prompt.of("?"), continuation="x"))
    for method in ("first_token", "full_option"):
        with pytest.raises(UnsupportedError, match="sampled"):
            await model.choose(ChooseRequest(Prompt.of("?"), options=("Yes", "No"), method=method))


async def test_refusals_are_results():
    _, model = scripted(
        AIMessage("", additional_kwargs={"refusal": "I will not."}),
        AIMessage("part", response_metadata={"finish_reason": "content_filter"}),
        AIMessage(""),
    )
    assert await model.generate(ASK) == Generation("I will not.", "refusal")
    assert await model.generate(ASK) == Generation("part", "content_filter")
    assert await model.generate(ASK) == Generation("", "stop")


async def test_a_cache_would_make_draws_one_and_is_refused():
    chat, model = scripted("A")
    set_llm_cache(InMemoryCache())
    try:
        with pytest.raises(ModelSpecError, match="cache=False"):
            await model.generate(ASK)
        chat.cache = False
        assert (await model.generate(ASK)).text == "A"
    finally:
        set_llm_cache(None)
    chat.cache = True
    with pytest.raises(ModelSpecError, match="cache=False"):
        await model.generate(ASK)


def status(cls, code, body=None):
    response = SimpleNamespace(request=None, status_code=code, headers={})
    return cls("said", response=response, body=body)


# Every exception of the official SDK and of LangChain's wrapping of it, and ours.
LONG = {"code": "context_length_exceeded", "message": "too long"}
SDK_ERRORS = [
    (openai.OpenAIError("x"), BadResponseError),
    (openai.APIError("x", request=None, body=None), BadResponseError),
    (openai.APIConnectionError(request=None), ConnectionLostError),
    (openai.APITimeoutError(request=None), ModelTimeoutError),
    (
        openai.APIResponseValidationError(SimpleNamespace(request=None, status_code=200, headers={}), None),
        BadResponseError,
    ),
    (status(openai.APIStatusError, 418), RequestRefusedError),
    (status(openai.BadRequestError, 400), RequestRefusedError),
    (status(openai.BadRequestError, 400, LONG), ContextLengthError),
    (status(openai.AuthenticationError, 401), AuthenticationError),
    (status(openai.PermissionDeniedError, 403), AuthenticationError),
    (status(openai.NotFoundError, 404), SetupError),
    (status(openai.ConflictError, 409), ServerError),
    (status(openai.UnprocessableEntityError, 422), RequestRefusedError),
    (status(openai.RateLimitError, 429), RateLimitError),
    (status(openai.InternalServerError, 500), ServerError),
    (status(langchain_base.OpenAIContextOverflowError, 400, LONG), ContextLengthError),
    (langchain_base.OpenAIAPIContextOverflowError("x", request=None, body=None), ContextLengthError),
    (langchain_base.OpenAIConnectionError(message="x", request=None), ConnectionLostError),
    (langchain_base.OpenAITimeoutError(None), ModelTimeoutError),
    (TimeoutError(), ModelTimeoutError),
    (ConnectionResetError("reset"), ConnectionLostError),
    (ValueError("no JSON"), BadResponseError),
]


@pytest.mark.parametrize(("error", "expected"), SDK_ERRORS, ids=lambda e: getattr(type(e), "__name__", ""))
def test_every_error_of_the_sdk_is_one_of_ours(error, expected):
    mapped = vendor_error(error, "langchain:m")
    assert type(mapped) is expected
    assert str(mapped).startswith("langchain:m")


def family(cls):
    return {cls}.union(*map(family, cls.__subclasses__()))


def test_the_table_lists_every_error_of_the_sdk():
    told_by_status = family(openai.APIStatusError)  # whatever the class is called
    assert family(openai.APIError) - told_by_status <= {type(error) for error, _ in SDK_ERRORS}


async def test_a_failing_provider_is_one_of_our_errors():
    _, model = scripted(ConnectionResetError("reset by peer"))
    with pytest.raises(ConnectionLostError, match=r"scripted:1.*reset by peer"):
        await model.generate(ASK)


def hosted(server, **options):
    return from_langchain_spec("openai:m", server.url, **{"retries": 0, "timeout_s": 5.0, **options})


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("garbage", BadResponseError),
        ("list", BadResponseError),
        ("no_choices", BadResponseError),
        ("no_message", BadResponseError),
        ("truncated", ConnectionLostError),
        ("drop", ConnectionLostError),
        ("502", ServerError),
        ("504", ServerError),
    ],
)
async def test_broken_answers_through_the_sdk(server, fault, expected):
    server.always = fault
    with pytest.raises(expected, match="langchain:openai:m"):
        await hosted(server).generate(ASK)


@pytest.mark.parametrize("fault", ["429", "500", "503", "408", "409", "drop", "truncated"])
async def test_the_sdk_tries_again(server, fault):
    server.faults = [fault]
    server.retry_after = "0.01"
    assert (await hosted(server, retries=1).generate(ASK)).text == "text of seed 5"
    assert server.requests == 2


async def test_a_stalled_server_is_a_timeout_through_the_sdk(server):
    server.always = "stall"
    with pytest.raises(ModelTimeoutError, match="timeout_s"):
        await hosted(server, timeout_s=0.2).generate(ASK)


async def test_refusals_are_results_through_the_sdk(server):
    for fault, text, reason in (
        ("refusal", "I cannot help with that.", "refusal"),
        ("filtered", "text of seed 5", "content_filter"),
        ("length", "text of seed 5", "length"),
        ("empty", "", "stop"),
    ):
        server.faults = [fault]
        said = await hosted(server).generate(ASK)
        assert (said.text, said.finish_reason) == (text, reason)


async def test_a_chat_model_of_openai_that_the_caller_made_gets_its_settings(server):
    chat = ChatOpenAI(model="m", base_url=server.url, api_key="x", cache=False)
    model = LangChainModel(chat, "mine:m")
    assert model.capabilities.seed
    await model.generate(Request(Prompt.of("?"), Sampling(0.3, 0.8, 9), seed=4))
    body = server.bodies[0]
    assert (body["temperature"], body["top_p"], body["seed"]) == (0.3, 0.8, 4)
    assert 9 in (body.get("max_tokens"), body.get("max_completion_tokens"))


async def test_keys_go_only_where_they_belong_and_are_not_shown(server, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "secret-hosted")
    monkeypatch.setenv("MY_KEY", "secret-mine")
    server.always = "shows_key"
    for variable, shown in ((None, "Bearer (key)"), ("MY_KEY", "Bearer (key)")):
        model = hosted(server, api_key_env=variable)
        with pytest.raises(AuthenticationError) as caught:
            await model.generate(ASK)
        assert shown in str(caught.value)
        assert "secret" not in str(caught.value) + caught.value.raw + repr(model)
    assert server.keys == ["Bearer no-key-needed", "Bearer secret-mine"]


def test_a_missing_key_names_its_variable(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(AuthenticationError, match="OPENAI_API_KEY"):
        from_langchain_spec("openai:m")
    with pytest.raises(AuthenticationError, match="MY_KEY"):
        from_langchain_spec("openai:m", "http://localhost:1/v1", api_key_env="MY_KEY")


@pytest.mark.parametrize("name", ["m", "openai:", "azure:m"])
def test_only_openai_goes_by_spec(name):
    with pytest.raises(ModelSpecError, match="langchain:openai:NAME"):
        from_langchain_spec(name, "http://localhost:1/v1")


def test_a_missing_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "langchain_openai", None)
    with pytest.raises(ModelSpecError, match=r"minipublic\[hosted\]"):
        from_langchain_spec("openai:m", "http://localhost:1/v1")
