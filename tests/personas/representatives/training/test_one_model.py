"""Training: what is measured is what models are scored by, the best step is kept, and the same seed trains the same."""

import csv
import json
from dataclasses import replace

import pytest
from little import sides

from minipublic.models.protocol import Request, Sampling, ScoreRequest
from minipublic.personas.representatives.training.one_model import Trained, train_representative
from minipublic.personas.representatives.training.settings import TrainingError, TrainingSettings

pytestmark = pytest.mark.local
SETTINGS = TrainingSettings(rate=3e-3, batch=16, device_batch=8, max_steps=6, eval_every=2)


@pytest.fixture(scope="module")
def full(little_base, tmp_path_factory):
    return train_representative(little_base, *sides(), SETTINGS, tmp_path_factory.mktemp("full") / "rep")


@pytest.fixture(scope="module")
def lora(little_base, tmp_path_factory):
    settings = replace(SETTINGS, method="lora", rate=3e-2, rank=4)
    return train_representative(little_base, *sides(), settings, tmp_path_factory.mktemp("lora") / "rep", chat=True)


def table(path):
    with path.open() as file:
        return list(csv.DictReader(file))


def losses(trained):
    return [(row["step"], row["train_loss"], row["validation_loss"]) for row in table(trained.folder / "loss.csv")]


async def scored(model, demonstration, chat):
    """The loss of a text by `score`, and of the end after it by a pass of its own."""
    import torch

    said = demonstration.continuation(chat)
    score = await model.score(ScoreRequest(demonstration.prompt, continuation=said))
    _, answerer = model._lane()
    from minipublic.models.local.tokens import closing_token, continuation_ids

    tokenizer = answerer.weights.tokenizer
    ids, _ = continuation_ids(tokenizer, demonstration.prompt, said, chat)
    end = closing_token(tokenizer, answerer.weights.ends, chat)
    with answerer.weights.using(answerer._adapter) as raw:
        last = torch.log_softmax(raw(torch.tensor([ids])).logits[0, -1].float(), dim=-1)[end]
    return -score.log_likelihood - float(last), score.tokens + 1


@pytest.mark.parametrize("which", ["full", "lora"])
async def test_the_loss_is_what_the_saved_model_is_scored_by(which, request, little_base):
    from minipublic.models.local.hf import HFModel

    trained, chat = request.getfixturevalue(which), which == "lora"
    rows, (_, held) = table(trained.folder / "validation.csv"), sides()
    before = HFModel(str(little_base), chat=chat, device="cpu")
    adapter = str(trained.adapter) if trained.adapter else None
    after = HFModel(trained.weights, adapter=adapter, chat=chat, device="cpu")
    for model, column, perplexity in zip((before, after), ("loss_start", "loss_best"), trained.perplexity, strict=True):
        found = [await scored(model, d, chat) for d in held]
        assert [float(row[column]) for row in rows] == pytest.approx([loss for loss, _ in found], rel=1e-4)
        assert [int(row["tokens"]) for row in rows] == [tokens for _, tokens in found]
        import math

        mean = sum(loss for loss, _ in found) / sum(tokens for _, tokens in found)  # by token, not by text or batch
        assert perplexity == pytest.approx(math.exp(mean), rel=1e-4)
    assert trained.perplexity[1] < 0.9 * trained.perplexity[0]


async def test_a_trained_model_ends_its_texts(little_base, tmp_path):
    from minipublic.models.local.hf import HFModel

    held, _ = sides()
    one = [d for d in held if d.persona.endswith("-0")][:1]
    settings = TrainingSettings(rate=1e-2, batch=1, max_steps=40, eval_every=20)
    trained = train_representative(little_base, one, one, settings, tmp_path / "rep")
    said = await HFModel(trained.weights, device="cpu").generate(
        Request(one[0].prompt, Sampling(temperature=0.0, max_tokens=40))
    )
    assert (said.text, said.finish_reason) == (one[0].continuation(False), "stop")


def test_a_steps_loss_is_its_batchs_by_token_however_it_is_parted(little_base, tmp_path):
    held, _ = sides()
    held = held[:13]
    settings = replace(SETTINGS, batch=16, device_batch=4, max_steps=1)
    whole = train_representative(little_base, held, held, settings, tmp_path / "rep")
    first, second = table(whole.folder / "loss.csv")
    assert float(second["train_loss"]) == pytest.approx(float(first["validation_loss"]), rel=1e-5)


def test_the_folder_says_what_was_done(full, lora, little_base):
    record = json.loads((full.folder / "training.json").read_text())
    assert record["demonstrations"] == {"train": 54, "validation": 18}
    assert record["settings"]["rate"] == 3e-3
    assert record["start"]["step"] == 0
    assert record["steps"] == 6
    assert record["stopped"] == "max_steps"
    assert record["tokens_per_second"] > 0
    assert record["peak_memory"]["gib"] > 0
    assert {"base", "train", "validation", "checkpoint"} == set(record["sha256"])
    assert {"torch", "trl", "transformers", "minipublic"} <= set(record["versions"])
    assert [row["step"] for row in table(full.folder / "loss.csv")] == [str(k) for k in range(7)]
    measured = [row for row in table(full.folder / "loss.csv") if row["validation_loss"]]
    assert [row["step"] for row in measured] == ["0", "2", "4", "6"]
    best = min(measured, key=lambda row: float(row["validation_loss"]))
    assert full.best_step == int(best["step"])
    assert (full.folder / "loss.png").read_bytes().startswith(b"\x89PNG")
    names = {p.name for p in full.folder.iterdir()}
    assert names == {"checkpoint", "loss.csv", "loss.png", "training.json", "validation.csv"}
    assert (full.checkpoint / "tokenizer.json").is_file()
    assert (lora.adapter / "adapter_config.json").is_file()
    assert lora.weights == str(little_base)
    targets = json.loads((lora.adapter / "adapter_config.json").read_text())["target_modules"]
    assert {name.rpartition(".")[2] for name in targets} == {
        "q_proj",
        "k_proj",
        "v_proj",
        "o_proj",
        "gate_proj",
        "up_proj",
        "down_proj",
    }


def test_it_stops_when_nothing_gets_better_and_keeps_the_model_as_it_was(little_base, tmp_path):
    settings = replace(SETTINGS, rate=3.0, eval_every=1, patience=2, max_steps=20)  # far too fast
    train, validation = sides()
    trained = train_representative(little_base, train, validation[:3], settings, tmp_path / "rep")
    assert trained.best_step == 0
    assert trained.record["stopped"] == "patience"
    assert trained.record["steps"] == 2
    assert trained.perplexity[0] == trained.perplexity[1]
    import torch
    from safetensors.torch import load_file

    kept, base = (load_file(f / "model.safetensors") for f in (trained.checkpoint, little_base))
    assert kept.keys() == base.keys()
    assert all(torch.equal(kept[name], base[name]) for name in base)


def test_one_seed_trains_one_model_and_a_finished_one_is_not_trained_again(full, little_base, tmp_path):
    again = train_representative(little_base, *sides(), replace(SETTINGS, device_batch=8), tmp_path / "rep")
    assert losses(again) == losses(full)
    assert again.record["sha256"] == full.record["sha256"]
    other = train_representative(little_base, *sides(), replace(SETTINGS, seed=1, max_steps=1), tmp_path / "other")
    assert losses(other)[1] != losses(full)[1]
    told = []
    same = train_representative(
        little_base, *sides(), SETTINGS, again.folder, progress=lambda *point: told.append(point)
    )
    assert same.record == Trained.load(again.folder).record
    assert told == []


def test_another_training_in_the_folder_is_refused(full, little_base):
    with pytest.raises(TrainingError, match=r"holds another training \(rate was 0.003 and is 0.1\)"):
        train_representative(little_base, *sides(), replace(SETTINGS, rate=0.1), full.folder)
    with pytest.raises(TrainingError, match="train was '"):
        train_representative(little_base, *sides("base+D"), SETTINGS, full.folder)
    with pytest.raises(TrainingError, match="there is no training"):
        Trained.load(full.folder / "checkpoint")


def test_bfloat16_products_leave_the_stored_dtype(little_base, tmp_path):
    from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

    half = tmp_path / "half"
    AutoModelForCausalLM.from_pretrained(little_base, dtype="bfloat16").save_pretrained(half)
    AutoTokenizer.from_pretrained(little_base).save_pretrained(half)
    settings = replace(SETTINGS, max_steps=2, dtype="bfloat16", device="cpu", checkpointing=True)
    trained = train_representative(half, *sides(), settings, tmp_path / "rep")
    assert trained.perplexity[1] < trained.perplexity[0]
    assert str(AutoConfig.from_pretrained(trained.checkpoint).dtype) == "torch.bfloat16"
    assert (trained.checkpoint / "model.safetensors").stat().st_size < 0.6 * (
        little_base / "model.safetensors"
    ).stat().st_size


def test_a_device_that_is_not_here_is_an_error(little_base, tmp_path):
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is a GPU here")
    with pytest.raises(TrainingError, match="no GPU here"):
        train_representative(little_base, *sides(), replace(SETTINGS, device="cuda"), tmp_path / "rep")
