"""A backend from another package, found through its entry point."""

import sys
from pathlib import Path

import pytest

from minipublic.models.errors import ModelSpecError
from minipublic.models.protocol import LanguageModel, Prompt, Request
from minipublic.models.registry import kinds, load_model

PLUGIN = Path(__file__).parent.parent / "plugin"


@pytest.fixture
def plugin(monkeypatch):
    """The plugin's folder as pip would leave it: a module, and metadata that names the entry point."""
    monkeypatch.syspath_prepend(str(PLUGIN))
    yield
    sys.modules.pop("minipublic_parrot", None)


async def test_a_plugin_adds_a_kind(plugin):
    assert "parrot" in kinds()
    model = load_model("parrot:polly", greeting="hello")
    assert isinstance(model, LanguageModel)
    assert (await model.generate(Request(Prompt.of("who is there?")))).text == "hello: who is there?"


def test_its_options_are_checked_too(plugin):
    with pytest.raises(ModelSpecError, match="greeting"):
        load_model("parrot:polly", volume=11)


def test_a_plugin_that_does_not_load_is_named(plugin):
    with pytest.raises(ModelSpecError, match="the plugin for 'broken'"):
        load_model("broken:x")
