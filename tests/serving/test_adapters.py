"""LoRA adapters loaded into a running server."""

import asyncio
import json
import shutil
import urllib.request

import pytest
import tiny_model

from minipublic.models.errors import SetupError, UnknownModelError
from minipublic.models.protocol import ChooseRequest
from minipublic.models.registry import load_model

pytestmark = pytest.mark.vllm
RIVER = next(iter(tiny_model.QUESTIONS))


def asked():
    prompt = tiny_model.prompt_of(RIVER, RIVER.options, "")
    return ChooseRequest(prompt, options=tuple(o.text for o in RIVER.options))


def served(server):
    with urllib.request.urlopen(f"{server.url}/models") as answer:
        return {model["id"] for model in json.load(answer)["data"]}


async def shares(server, adapter=None):
    model = load_model(f"vllm:tiny@{server.url}", adapter=adapter and str(adapter))
    try:
        return (await model.choose(asked())).probabilities, model.name
    finally:
        await model.aclose()


async def test_adapters_differ_from_the_base_and_from_each_other(lora_server, tiny):
    found = {name: await shares(lora_server, name and tiny / name) for name in (None, "a", "b")}
    (base, _), (a, a_name), (b, b_name) = found.values()
    assert base == pytest.approx(tiny_model.truth(RIVER, False), abs=0.05)
    assert a[0] > base[0] + 0.02  # a was taught the first option, b the last
    assert b[2] > 0.5 > base[2]
    assert a_name.startswith("vllm:tiny+a#")
    assert b_name.startswith("vllm:tiny+b#")
    assert served(lora_server) == {"tiny"}  # and taken out again


async def test_other_weights_in_the_same_folder_are_another_adapter(lora_server, tiny, tmp_path):
    folder = tmp_path / "mine"
    shutil.copytree(tiny / "a", folder)
    before = await shares(lora_server, folder)
    shutil.copyfile(tiny / "b" / "adapter_model.safetensors", folder / "adapter_model.safetensors")
    after = await shares(lora_server, folder)
    assert after[1] != before[1]
    assert after[0] == pytest.approx((await shares(lora_server, tiny / "b"))[0], abs=1e-4)
    assert after[0] != pytest.approx(before[0], abs=0.05)


async def test_an_adapter_that_somebody_took_out_is_loaded_again(lora_server, tiny):
    model = load_model(f"vllm:tiny@{lora_server.url}", adapter=str(tiny / "b"))
    first = await model.choose(asked())
    (name,) = served(lora_server) - {"tiny"}
    body = json.dumps({"lora_name": name}).encode()
    request = urllib.request.Request(
        f"{lora_server.url}/unload_lora_adapter", body, {"Content-Type": "application/json"}
    )
    await asyncio.to_thread(urllib.request.urlopen, request)
    assert (await model.choose(asked())).probabilities == pytest.approx(first.probabilities, abs=1e-4)
    await model.aclose()


async def test_what_cannot_be_loaded_says_what_to_do(plain_server, lora_server, tiny, tmp_path):
    with pytest.raises(SetupError, match="--enable-lora"):
        await shares(plain_server, tiny / "a")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "adapter_config.json").write_text("{}")
    with pytest.raises(SetupError, match="did not load the adapter"):
        await shares(lora_server, tmp_path / "broken")
    with pytest.raises(UnknownModelError):
        await load_model(f"vllm:nobody@{lora_server.url}").choose(asked())
