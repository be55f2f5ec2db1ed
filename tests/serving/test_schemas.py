"""A schema on a real server: a model that never wrote JSON is held to it, in the schema's order."""

import json
import re

import pytest

from minipublic.models.protocol import Prompt, Request, Sampling
from minipublic.models.registry import load_model
from minipublic.models.schemas import object_schema

pytestmark = pytest.mark.vllm
WORD = json.dumps({"enum": ["zebra", "quartz"]})
OBJECT = object_schema({"zeal": {"type": "boolean"}, "answer": {"enum": ["A", "B", "C"]}})
# vLLM allows any white space between the parts, and the tiny model may write it for ever: the object may be cut off.
BEGUN = re.compile(r'\s*\{\s*("zeal"\s*:\s*(true|false)\s*(,\s*"answer"\s*:\s*"[ABC]"\s*\}?)?)?\s*')


@pytest.mark.parametrize(
    ("kind", "options"),
    [("vllm", {}), ("vllm", {"endpoint": "chat"}), ("openai-completions", {}), ("openai", {})],
)
async def test_every_way_to_the_server_holds_the_answer_to_the_schema(plain_server, kind, options):
    model = load_model(f"{kind}:tiny@{plain_server.url}", **options)
    for seed, temperature in enumerate((0.0, 1.0, 1.0)):
        how = Sampling(temperature=temperature, max_tokens=30)
        said = await model.generate(Request(Prompt.of("Who are you?"), how, seed=seed, schema=WORD))
        assert said.finish_reason == "stop"
        assert json.loads(said.text) in ("zebra", "quartz")
        begun = await model.generate(Request(Prompt.of("Who are you?"), how, seed=seed, schema=OBJECT))
        assert begun.text.lstrip().startswith("{")
        assert BEGUN.fullmatch(begun.text) or begun.finish_reason == "length"
    await model.aclose()
