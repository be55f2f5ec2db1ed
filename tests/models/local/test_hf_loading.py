"""Names, hashes, one set of weights for all, and what is said of folders that do not load."""

import gc
import json
import re
import shutil
import sys
import weakref

import pytest
from tiny_survey import asked

from minipublic.models.errors import ModelSpecError
from minipublic.models.local import hf
from minipublic.models.local.naming import weights_hash
from minipublic.models.protocol import LanguageModel
from minipublic.models.registry import load_model

pytestmark = pytest.mark.local


def test_names_say_which_weights(load, tiny):
    base, both, chat = load(), load("a"), load("a", chat=True)
    assert re.fullmatch(r"hf:base#[0-9a-f]{12}", base.name)
    assert both.name == f"{base.name}+a#{weights_hash(tiny / 'a')}"
    assert chat.name == both.name.replace("hf:", "hf-chat:")
    assert (base.capabilities.chat, chat.capabilities.chat) == (False, True)
    assert isinstance(base, LanguageModel)


def test_a_hash_covers_what_changes_answers(tiny, tmp_path):
    copy = shutil.copytree(tiny / "a", tmp_path / "elsewhere")
    assert weights_hash(copy) == weights_hash(tiny / "a") != weights_hash(tiny / "b")
    (copy / "README.md").write_text("another")
    (copy / "training_args.bin").write_bytes(b"x")
    shutil.copytree(tiny / "b", copy / "checkpoint-5")
    assert weights_hash(copy) == weights_hash(tiny / "a")
    (copy / "tokenizer.json").write_text("{}")
    assert weights_hash(copy) != weights_hash(tiny / "a")


async def test_weights_leave_memory_with_their_last_model(load):
    requests, _ = asked()
    one, two = load("a", dtype="float32", device="cpu"), load(dtype="float32", device="cpu")
    first = await one.choose(requests[0])
    held = weakref.ref(one._lane()[1].weights)
    await one.aclose()
    gc.collect()
    assert held() is two._lane()[1].weights
    await two.aclose()
    gc.collect()
    assert held() is None
    assert (await one.choose(requests[0])).probabilities == pytest.approx(first.probabilities, abs=1e-6)


async def test_an_adapter_written_anew_is_read_anew(tiny, tmp_path):
    requests, _ = asked()
    folder = shutil.copytree(tiny / "a", tmp_path / "mine")
    before = load_model(f"hf:{tiny / 'base'}", adapter=str(folder))
    first = await before.choose(requests[0])
    shutil.copytree(tiny / "b", folder, dirs_exist_ok=True)
    after = load_model(f"hf:{tiny / 'base'}", adapter=str(folder))
    assert before.name != after.name
    assert (await after.choose(requests[0])).probabilities != pytest.approx(first.probabilities, abs=0.1)
    assert (await before.choose(requests[0])).probabilities == pytest.approx(first.probabilities, abs=1e-6)


async def test_an_adapter_brings_its_own_chat_template(tiny, tmp_path, load):
    requests, _ = asked()
    folder = shutil.copytree(tiny / "a", tmp_path / "a")
    for file in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(tiny / "base" / file, folder / file)
    (folder / "chat_template.jinja").write_text("{% for m in messages %}{{ m.content }} {% endfor %}Answer:")
    own = await load_model(f"hf:{tiny / 'base'}", adapter=str(folder), chat=True).choose(requests[0])
    assert own.probabilities != (await load("a", chat=True).choose(requests[0])).probabilities


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"dtype": "float8"}, "unknown dtype"),
        ({"device": "abacus"}, "no device"),
        ({"batch_size": 0}, "batch_size"),
        ({"prefix_cache": -1}, "prefix_cache"),
        ({"adapter_weights": "x"}, "no option"),
    ],
)
def test_wrong_options(tiny, options, said):
    with pytest.raises(ModelSpecError, match=said):
        load_model(f"hf:{tiny / 'base'}", **options)


def test_folders_that_are_no_model(tiny, tmp_path):
    with pytest.raises(ModelSpecError, match=r"is an adapter.*adapter="):
        load_model(f"hf:{tiny / 'a'}")
    with pytest.raises(ModelSpecError, match=r"config\.json"):
        load_model(f"hf:{tmp_path}")
    with pytest.raises(ModelSpecError, match=r"adapter_config\.json"):
        load_model(f"hf:{tiny / 'base'}", adapter=str(tiny / "base"))
    with pytest.raises(ModelSpecError, match="no address"):
        load_model(f"hf:{tiny / 'base'}@http://localhost:8000/v1")


def test_a_name_that_is_nowhere(tiny, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ModelSpecError, match="neither a folder nor a model"):
        load_model("hf:nobody/has-this")


@pytest.mark.parametrize("change", [{"r": 4}, {"target_modules": ["c_attn"]}, {"target_modules": ["q_proj"]}])
async def test_an_adapter_of_another_base(tiny, tmp_path, load, change):
    requests, _ = asked()
    folder = shutil.copytree(tiny / "a", tmp_path / "other")
    config = json.loads((folder / "adapter_config.json").read_text())
    (folder / "adapter_config.json").write_text(json.dumps(config | change))
    before = await load("b").choose(requests[0])
    with pytest.raises(ModelSpecError, match=r"other does not load .*another base"):
        await load_model(f"hf:{tiny / 'base'}", adapter=str(folder)).choose(requests[0])
    # It left nothing behind on the weights that others use.
    assert (await load("b").choose(requests[0])).probabilities == pytest.approx(before.probabilities, abs=1e-6)


@pytest.mark.parametrize("change", [{"num_hidden_layers": 5}, {"model_type": "nothing"}])
async def test_weights_that_are_not_all_there(tiny, tmp_path, change):
    requests, _ = asked()
    folder = shutil.copytree(tiny / "base", tmp_path / "partly")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | change))
    with pytest.raises(ModelSpecError, match="partly"):
        await load_model(f"hf:{folder}").choose(requests[0])


def test_a_missing_extra_is_named(monkeypatch):
    monkeypatch.setattr(hf, "find_spec", lambda library: None if library == "torch" else object())
    with pytest.raises(ModelSpecError, match=r"needs torch: pip install 'minipublic\[local\]'"):
        load_model("hf:anything")


def test_the_kind_is_known_without_loading_anything():
    assert "minipublic.models.local.hf" in sys.modules
    assert "torch" not in vars(hf)
