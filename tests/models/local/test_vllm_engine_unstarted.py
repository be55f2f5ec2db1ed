"""What a vLLM engine in this process is, before it is started; needs no vLLM."""

import json
import multiprocessing
import subprocess
import sys

import pytest

from minipublic.models.errors import ModelSpecError, SetupError
from minipublic.models.local import vllm_engine
from minipublic.models.local.engine import Engine
from minipublic.models.local.engine_settings import Adapter, EngineSettings
from minipublic.models.registry import load_model
from minipublic.simulation.servers import Counting


@pytest.fixture
def base(tmp_path):
    folder = tmp_path / "base"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    return folder


@pytest.fixture
def with_vllm(monkeypatch):
    monkeypatch.setattr(vllm_engine, "find_spec", lambda _: "is there")


def adapter_at(folder, **config):
    folder.mkdir()
    (folder / "adapter_config.json").write_text(json.dumps({"peft_type": "LORA", "r": 8} | config))
    return folder


def test_without_vllm_the_extra_is_named(base, monkeypatch):
    monkeypatch.setattr(vllm_engine, "find_spec", lambda _: None)
    with pytest.raises(ModelSpecError, match=r"pip install 'minipublic\[vllm\]'"):
        load_model(f"vllm_engine:{base}")


def test_a_url_is_for_another_kind():
    with pytest.raises(ModelSpecError, match="write vllm:tiny"):
        load_model("vllm_engine:tiny@http://localhost:8000/v1")


def test_what_is_no_model_is_said_at_once(tmp_path, with_vllm):
    with pytest.raises(ModelSpecError, match="no model"):
        load_model(f"vllm_engine:{tmp_path}")
    with pytest.raises(ModelSpecError, match="no option 'dtpye'"):
        load_model(f"vllm_engine:{tmp_path}", dtpye="float32")


def test_models_on_the_same_weights_and_settings_share_an_engine(base, tmp_path, with_vllm):
    spec = f"vllm_engine:{base}"
    plain, chat, small = load_model(spec), load_model(spec, chat=True), load_model(spec, max_model_len=512)
    adapted = load_model(spec, adapter=str(adapter_at(tmp_path / "rep")))
    assert plain.address == chat.address == adapted.address == spec
    assert small.address == f"{spec} (max_model_len=512)"
    assert isinstance(plain, Counting)
    names = [model.name.partition("#")[0] for model in (plain, chat)]
    assert names == ["vllm_engine:base", "vllm_engine-chat:base"]
    assert adapted.name.startswith(f"{plain.name}+rep#")


async def test_an_engine_that_was_not_asked_counts_nothing_and_is_closed_at_once(base, with_vllm):
    model = load_model(f"vllm_engine:{base}", max_num_seqs=3)
    counts = await model.metrics()
    assert (counts.prompt_tokens, counts.cache_tokens) == (0, None)
    await model.aclose()


def test_an_adapter_is_of_a_kind_that_vllm_knows(tmp_path):
    wide = adapter_at(tmp_path / "wide", rank_pattern={"q_proj": 32, "v_proj": 4})
    assert Adapter.of(str(wide), "wide").rank == 32
    with pytest.raises(ModelSpecError, match="IA3 adapter"):
        Adapter.of(str(adapter_at(tmp_path / "ia3", peft_type="IA3")), "ia3")
    with pytest.raises(ModelSpecError, match="names no LoRA adapter"):
        Adapter.of(str(adapter_at(tmp_path / "broken", r=None)), "broken")


async def test_a_script_that_its_own_engine_imports_is_told_so(monkeypatch):
    monkeypatch.setattr(multiprocessing.current_process(), "_inheriting", True, raising=False)
    engine = Engine(EngineSettings("nowhere", "0"))
    with pytest.raises(SetupError, match='if __name__ == "__main__"'):
        await engine.run(object(), None, lambda lease: None)


def test_naming_the_kind_loads_nothing_heavy():
    code = "import sys, minipublic.models.local.vllm_engine; print({'torch', 'vllm', 'transformers'} & {*sys.modules})"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "set()\n"
