"""The tiny model, made once per test session (about a minute), and what a plain transformers computation says of it."""

import os
import sys
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2])]

NEEDED = ("torch", "transformers", "peft")


@pytest.fixture(scope="session")
def tiny(tmp_path_factory, request):
    """The folder with `base`, `a` and `b`; MINIPUBLIC_TINY_MODEL may name one that tests/tiny_model.py made before."""
    for library in NEEDED:
        pytest.importorskip(library, reason="needs pip install 'minipublic[local]'")
    import tiny_model
    import torch
    from filelock import FileLock

    torch.set_num_threads(1)
    if made := os.environ.get("MINIPUBLIC_TINY_MODEL"):
        return Path(made)
    common = tmp_path_factory.getbasetemp()
    if hasattr(request.config, "workerinput"):  # the workers of one session share it
        common = common.parent
    folder = common / "tiny_model"
    with FileLock(common / "tiny_model.lock"):
        if not (folder / "b" / "adapter_model.safetensors").is_file():
            tiny_model.make(folder)
    return folder


@pytest.fixture(scope="session")
def plain(tiny):
    """One prompt at a time, no cache, no batch: (token ids, adapter or None) to log-probabilities (T, vocabulary)."""
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    models = {}

    def log_probabilities(ids, adapter=None):
        if adapter not in models:
            model = AutoModelForCausalLM.from_pretrained(tiny / "base")
            models[adapter] = PeftModel.from_pretrained(model, tiny / adapter).eval() if adapter else model.eval()
        with torch.no_grad():
            return models[adapter](torch.tensor([ids]), use_cache=False).logits[0].double().log_softmax(-1)

    return log_probabilities


@pytest.fixture(scope="session")
def tokenizer(tiny):
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(tiny / "base")


@pytest.fixture
def load(tiny):
    """Makes a model on the tiny base; `adapter` is "a" or "b"."""
    from minipublic.models.registry import load_model

    def made(adapter=None, **options):
        folder = str(tiny / adapter) if adapter else None
        return load_model(f"hf:{tiny / 'base'}", adapter=folder, **options)

    return made
