"""Answers held to a JSON schema: what each server is sent, who refuses, and what the journal keys."""

import sys
from pathlib import Path
from types import SimpleNamespace

import orjson
import pytest
from langchain_core.language_models import FakeListChatModel

from minipublic.models.choosing import check_choose
from minipublic.models.errors import ModelSpecError, UnsupportedError
from minipublic.models.journal import Journal, call_key, encode
from minipublic.models.journaled import JournaledModel, _own
from minipublic.models.langchain import LangChainModel
from minipublic.models.miniature import MiniatureModel
from minipublic.models.openai import OpenAIModel
from minipublic.models.protocol import (
    Capabilities,
    ChooseRequest,
    Generation,
    Message,
    Prompt,
    Request,
    Sampling,
    ScoreRequest,
)
from minipublic.models.registry import load_model
from minipublic.models.schemas import object_schema, parsed_schema

SCHEMA = object_schema({"evidence": {"type": "string"}, "answer": {"enum": ["A", "B"]}})
ASK = Request(Prompt.of("Who are you?"), Sampling(temperature=0, max_tokens=50), seed=5, schema=SCHEMA)
FORM = {
    "type": "json_schema",
    "json_schema": {"name": "answer", "schema": orjson.loads(SCHEMA), "strict": True},
}


def test_a_schema_keeps_its_order_since_servers_write_in_it():
    assert list(parsed_schema(SCHEMA)["properties"]) == ["evidence", "answer"]
    assert parsed_schema(SCHEMA)["required"] == ["evidence", "answer"]
    assert parsed_schema(SCHEMA)["additionalProperties"] is False


@pytest.mark.parametrize("schema", ["{", "[]", '"object"'])
def test_what_is_no_schema_is_refused(schema):
    with pytest.raises(ModelSpecError, match="schema of a request is no JSON"):
        parsed_schema(schema)


@pytest.mark.parametrize("endpoint", ["chat", "completions"])
async def test_an_openai_server_is_sent_a_response_format(server, endpoint):
    model = OpenAIModel("m", base_url=server.url, endpoint=endpoint)
    await model.generate(ASK)
    await model.generate(Request(ASK.prompt, seed=5))
    await model.aclose()
    held, free = server.bodies
    assert held["response_format"] == FORM
    assert held["temperature"] == 0
    assert list(held["response_format"]["json_schema"]["schema"]["properties"]) == ["evidence", "answer"]
    assert "response_format" not in free


@pytest.mark.parametrize("endpoint", ["chat", "completions"])
async def test_a_vllm_server_is_sent_structured_outputs(server, endpoint):
    model = load_model(f"vllm:m@{server.url}", endpoint=endpoint)
    await model.generate(ASK)
    await model.aclose()
    (body,) = server.bodies
    assert body["structured_outputs"] == {"json": orjson.loads(SCHEMA)}
    assert "response_format" not in body


@pytest.mark.parametrize("kind", ["openai", "openai-completions"])
async def test_a_server_that_knows_no_schemas_can_be_declared_so(server, kind):
    model = load_model(f"{kind}:m@{server.url}", schema=False)
    with pytest.raises(UnsupportedError, match="cannot be held to a JSON schema"):
        await model.generate(ASK)
    await model.aclose()
    assert not server.bodies


async def test_openais_chat_models_in_langchain_are_sent_it_and_an_answer_cut_off_is_a_result(server):
    options = {"provider_options": {"extra_body": {"top_k": 5}}}
    model = load_model(f"langchain:openai:m@{server.url}", retries=0, **options)
    assert model.capabilities.schema
    server.faults = ["length"]
    assert (await model.generate(ASK)).finish_reason == "length"
    assert server.bodies[0]["response_format"] == FORM
    assert server.bodies[0]["top_k"] == 5  # the user's own fields stay


async def test_other_chat_models_and_kinds_refuse_and_say_what_to_do(tmp_path):
    chat = LangChainModel(FakeListChatModel(responses=["x"]), "fake:1")
    for model in (chat, MiniatureModel()):
        with pytest.raises(UnsupportedError, match="ask for JSON in the prompt"):
            await model.generate(ASK)


async def test_a_plugin_that_knows_no_schemas_is_refused_by_the_journal(tmp_path):
    class Plain:
        name, capabilities = "plain:1", Capabilities()

        async def generate(self, request):
            return Generation("text")

    journal = Journal(tmp_path / "calls.sqlite")
    model = JournaledModel(Plain(), journal)
    with pytest.raises(UnsupportedError, match="plain:1 cannot be held"):
        await model.generate(ASK)
    assert (await model.generate(Request(ASK.prompt))).text == "text"
    journal.close()


def test_a_choice_takes_no_schema():
    asked = ChooseRequest(ASK.prompt, options=("a", "b"), schema=SCHEMA)
    with pytest.raises(ModelSpecError, match="takes no schema"):
        check_choose("m", Capabilities(choose=("first_token",)), asked)


def test_calls_without_a_schema_have_the_keys_they_had_before_there_were_any():
    prompt = Prompt((Message("system", "a long preamble"), Message("user", "one question")))
    before = {  # computed at commit 9d1b338, where requests had no schema
        "generate": "be2a364a7fe39f53ddbf9f946bf29bffa1bcc929",
        "choose": "2729064e69139c3f0bd61807f231091802ca7eb1",
        "score": "9a60b816e79de8b1ed0eaba14e5a13a3275ffe0a",
    }
    requests = {
        "generate": Request(prompt, Sampling(0.7, 0.9, 33, ("\n",)), seed=5, replicate=2),
        "choose": ChooseRequest(prompt, seed=5, options=("Yes", "No"), method="sampled", draws=40),
        "score": ScoreRequest(prompt, continuation=" Yes"),
    }
    for operation, r in requests.items():
        own = encode((r.sampling, r.seed, r.replicate, _own(r)))
        assert call_key(operation, "m:x", prompt, own).hex() == before[operation]


async def test_another_schema_is_another_call_and_replays(tmp_path, server):
    journal = Journal(tmp_path / "calls.sqlite")
    model = JournaledModel(OpenAIModel("m", base_url=server.url), journal)
    other = object_schema({"answer": {"enum": ["A", "B"]}})
    for schema in ("", SCHEMA, other, SCHEMA, ""):
        await model.generate(Request(ASK.prompt, seed=5, schema=schema))
    assert len(server.bodies) == 3
    assert model.counts.replayed == 2
    await model.aclose()
    journal.close()


async def test_an_engine_is_given_structured_outputs(monkeypatch):
    pytest.importorskip("torch", reason="needs pip install 'minipublic[local]'")
    from minipublic.models.local.engine_answering import EngineAnswerer

    kept = {}
    params = SimpleNamespace(SamplingParams=lambda **held: kept.update(held))
    outputs = SimpleNamespace(StructuredOutputsParams=lambda **held: held)
    monkeypatch.setitem(sys.modules, "vllm", params)
    monkeypatch.setitem(sys.modules, "vllm.sampling_params", outputs)
    answerer = EngineAnswerer(str(Path("nowhere")), chat=False)
    monkeypatch.setattr(answerer, "_prompt", lambda request: [1, 2])

    class Lease:
        def check_length(self, tokens):
            assert tokens == 52

        async def write(self, ids, asked):
            return SimpleNamespace(text="{}", finish_reason="stop", token_ids=(1,))

    assert (await answerer.generate(Lease(), ASK)).text == "{}"
    assert kept["structured_outputs"] == {"json": orjson.loads(SCHEMA)}
    await answerer.generate(Lease(), Request(ASK.prompt, ASK.sampling))
    assert kept["structured_outputs"] is None


@pytest.mark.local
async def test_transformers_refuses_before_it_loads_anything(little_base):
    model = load_model(f"hf:{little_base}")
    with pytest.raises(UnsupportedError, match="serve the model as vllm"):
        await model.generate(ASK)
