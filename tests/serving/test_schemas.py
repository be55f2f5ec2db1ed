"""A schema on a real server: a model that never wrote JSON writes it, in the schema's order."""

import json

import pytest

from minipublic.models.protocol import Prompt, Request, Sampling
from minipublic.models.registry import load_model
from minipublic.models.schemas import object_schema

pytestmark = pytest.mark.vllm
LETTERS = {"type": "string", "enum": ["A", "B", "C"]}
SCHEMA = object_schema({"zeal": {"type": "boolean"}, "answer": LETTERS})


@pytest.mark.parametrize(
    ("kind", "options"),
    [("vllm", {}), ("vllm", {"endpoint": "chat"}), ("openai-completions", {}), ("openai", {})],
)
async def test_every_way_to_the_server_holds_the_answer_to_the_schema(plain_server, kind, options):
    model = load_model(f"{kind}:tiny@{plain_server.url}", **options)
    asked = [
        Request(Prompt.of("Who are you?"), Sampling(temperature=t, max_tokens=80), seed=k, schema=SCHEMA)
        for k, t in enumerate((0.0, 1.0, 1.0))
    ]
    for request in asked:
        said = await model.generate(request)
        assert said.finish_reason == "stop"
        held = json.loads(said.text)
        assert list(held) == ["zeal", "answer"]
        assert isinstance(held["zeal"], bool)
        assert held["answer"] in LETTERS["enum"]
    await model.aclose()
