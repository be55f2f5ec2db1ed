"""Models on the tiny model's weights."""

import sys
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2])]


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
