"""LoRA adapters on a server: named by their content, loaded once, put back after a restart, taken out at the end."""

import asyncio

import pytest

from minipublic.models.errors import (
    AuthenticationError,
    ModelSpecError,
    ServerGoneError,
    SetupError,
    UnknownModelError,
)
from minipublic.models.protocol import Prompt, Request
from minipublic.models.registry import load_model

ASK = Request(Prompt.of("Who are you?"), seed=5)


@pytest.fixture
def adapter(tmp_path):
    """Makes a folder with an adapter."""

    def make(name, content="weights"):
        folder = tmp_path / name
        folder.mkdir(parents=True)
        (folder / "adapter_model.safetensors").write_text(content)
        return str(folder)

    return make


def named(folder):
    return load_model("vllm:m", adapter=folder).name


def test_an_adapter_is_named_by_its_content(adapter):
    name = named(adapter("rep"))
    assert name.startswith("vllm:m+rep#")
    assert named(adapter("elsewhere/rep")) == name
    assert named(adapter("changed/rep", "other weights")) != name
    assert load_model("vllm:m").name == "vllm:m"


def test_a_folder_without_weights_is_refused_at_once(tmp_path):
    with pytest.raises(ModelSpecError, match="holds no weights"):
        named(str(tmp_path))
    with pytest.raises(ModelSpecError, match="is no folder"):
        named(str(tmp_path / "nowhere"))


async def test_it_is_loaded_once_asked_for_by_its_own_name_and_taken_out(server, load, adapter):
    folder = adapter("rep")
    model = load(adapter=folder)
    await asyncio.gather(*(model.generate(ASK) for _ in range(5)))
    (loaded,) = server.loads
    assert loaded["lora_path"] == folder
    assert loaded["lora_name"].startswith("minipublic-rep-")
    assert "#" not in loaded["lora_name"]
    assert {b["model"] for b in server.bodies} == {loaded["lora_name"]}
    assert list(server.adapters) == [loaded["lora_name"]]
    await model.aclose()
    assert server.adapters == {}


async def test_nothing_is_loaded_before_it_is_needed_and_nothing_taken_out_that_was_not_put_in(server, load, adapter):
    model = load(adapter=adapter("rep"))
    server.adapters[model._adapter.served_name] = "somebody else's"
    await model.aclose()
    assert server.loads == []
    assert len(server.adapters) == 1


async def test_one_that_is_there_already_is_fine(server, load, adapter):
    folder = adapter("rep")
    for _ in range(2):
        assert (await load(adapter=folder).generate(ASK)).text == "text of seed 5"
    assert len(server.loads) == 2
    assert len(server.adapters) == 1


@pytest.mark.parametrize("fault", ["path", "bad_request", "500"])
async def test_a_server_that_loads_none_says_what_to_do(server, load, adapter, fault):
    server.lora, folder = fault, adapter("rep")
    model = load(adapter=folder)
    with pytest.raises(SetupError, match=r"--enable-lora and VLLM_ALLOW_RUNTIME_LORA_UPDATING=True") as caught:
        await model.generate(ASK)
    assert folder in str(caught.value)
    assert len(server.loads) == 1  # at once: trying again would not help
    assert server.bodies == []


async def test_a_wrong_key_is_no_fault_of_the_adapter(server, load, adapter):
    server.lora = "auth"
    with pytest.raises(AuthenticationError) as caught:
        await load(adapter=adapter("rep")).generate(ASK)
    assert "enable-lora" not in str(caught.value)


async def test_a_server_that_was_started_again_gets_it_again(server, load, adapter):
    model = load(adapter=adapter("rep"))
    await model.generate(ASK)
    server.adapters.clear()
    server.always = "unknown adapter"
    said = await asyncio.gather(*(model.generate(ASK) for _ in range(4)))
    assert {g.text for g in said} == {"text of seed 5"}
    assert len(server.adapters) == 1
    assert 2 <= len(server.loads) <= 5


async def test_a_model_that_stays_unknown_is_said_and_not_asked_for_ever(server, load, adapter):
    server.always, model = "model", load(adapter=adapter("rep"))
    with pytest.raises(UnknownModelError):
        await model.generate(ASK)
    assert server.requests == 2


async def test_a_server_that_is_gone_at_the_end_is_no_error(server, load, adapter):
    model = load(adapter=adapter("rep"), retries=0)
    await model.generate(ASK)
    await server.stop()
    await asyncio.sleep(0.1)  # until the pooled connection is known to be closed
    async with asyncio.timeout(5):  # nor is the server waited for, as it is for a call
        await model.aclose()
    model._wire._outage_s = 0.0
    with pytest.raises(ServerGoneError):
        await model.generate(ASK)
