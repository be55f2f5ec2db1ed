"""Models are kept from run to run, within bounds, and closed."""

import asyncio

import pytest

from minipublic.graphs import kept_models as module
from minipublic.graphs.kept_models import KeptModels, kept_models
from minipublic.graphs.plain_parts import NamedModel


class Closable:
    def __init__(self, name):
        self.name, self.closed = name, 0

    async def aclose(self):
        self.closed += 1


class User:
    """Somebody who uses a model."""


@pytest.fixture
def closable(monkeypatch):
    made = {}
    monkeypatch.setattr(module, "load_model", lambda spec, **more: made.setdefault(spec, Closable(spec)))
    return made


async def test_models_that_nobody_uses_are_closed_above_the_bound(closable):
    kept, user = KeptModels(most=2), User()
    kept.get(NamedModel(spec="synthetic:used"), user)
    for k in range(4):
        kept.get(NamedModel(spec=f"synthetic:{k}"), User())
    await kept.trim()
    assert [name for name, model in closable.items() if model.closed] == ["synthetic:0", "synthetic:1"]
    assert len(kept) == 3
    del user
    await kept.trim()
    assert closable["synthetic:used"].closed == 1
    await kept.aclose()
    assert all(model.closed == 1 for model in closable.values())


def test_models_are_closed_with_their_loop(closable):
    async def use():
        kept = await kept_models()
        assert await kept_models() is kept
        kept.get(NamedModel(spec="synthetic:a"), User())
        return kept

    first = asyncio.run(use())
    assert closable["synthetic:a"].closed == 1
    assert asyncio.run(use()) is not first
