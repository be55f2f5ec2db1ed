"""Weights are named by their content."""

import pytest

from minipublic.models.errors import ModelSpecError
from minipublic.models.weights import by_content, content_hash, weights_hash


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "one"
    folder.mkdir()
    (folder / "adapter_model.safetensors").write_bytes(b"weights")
    (folder / "adapter_config.json").write_text("{}")
    return folder


def test_the_same_content_has_one_name_wherever_it_lies(folder, tmp_path):
    before = content_hash(folder)
    assert content_hash(folder.rename(tmp_path / "two")) == before
    assert weights_hash(tmp_path / "two") == before[:12]


@pytest.mark.parametrize("file", ["optimizer.pt", "scheduler.pt", "trainer_state.json", "README.md", "rng_state.pth"])
def test_what_training_left_behind_does_not_count(folder, file):
    before = content_hash(folder)
    (folder / file).write_bytes(b"gigabytes, deleted after training")
    assert content_hash(folder) == before


@pytest.mark.parametrize("file", ["adapter_model.safetensors", "tokenizer.json", "chat_template.jinja"])
def test_what_changes_answers_counts(folder, file):
    before = content_hash(folder)
    (folder / file).write_bytes(b"another")
    assert content_hash(folder) != before


def test_a_folder_without_weights_is_named(tmp_path):
    with pytest.raises(ModelSpecError, match="is no folder"):
        content_hash(tmp_path / "nowhere")
    with pytest.raises(ModelSpecError, match="holds no weights"):
        content_hash(tmp_path)


@pytest.mark.parametrize(
    ("name", "weights"),
    [
        ("hf:base#0b78b3c5c2fa", "hf:#0b78b3c5c2fa"),
        ("vllm_engine-chat:org/base#0b78b3c5c2fa+rep a#9cd14ee3624a", "vllm_engine-chat:#0b78b3c5c2fa+#9cd14ee3624a"),
        ("vllm:llama+rep_a#9cd14ee3624a", "vllm:llama+#9cd14ee3624a"),
        ("openai:gpt-4o", "openai:gpt-4o"),
        ("openai:issue#42", "openai:issue#42"),
    ],
)
def test_what_a_folder_is_called_says_nothing_of_its_weights(name, weights):
    assert by_content(name) == weights
