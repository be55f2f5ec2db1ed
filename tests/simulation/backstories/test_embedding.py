"""How far stories lie apart: each text is embedded once, and what cannot be is left out and counted."""

import json

import pytest

from minipublic.models.errors import AuthenticationError, ContextLengthError
from minipublic.simulation.backstories.embedding import embedding_spread
from minipublic.simulation.backstories.page import _diversity_parts
from minipublic.simulation.backstories.tables import PoolFolder


class Embedder:
    def __init__(self, name="openai:e"):
        self.name, self.texts = name, []

    async def embed(self, texts):
        self.texts += texts
        places = {"east": (1.0, 0.0), "north": (0.0, 2.0), "key": AuthenticationError("no key")}
        return [places.get(text, ContextLengthError("too long")) for text in texts]


@pytest.fixture
def pool(tmp_path):
    def write(*stories):
        rows = [{"id": f"s{k}", "backstory": story} for k, story in enumerate(stories)]
        (tmp_path / "population.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        return PoolFolder(tmp_path)

    return write


async def test_each_text_is_embedded_once(pool):
    model = Embedder()
    found = await embedding_spread(pool("east", "north", "east", "north"), model)
    assert found["value"] == pytest.approx(4 / 6)
    assert (found["n"], found["model"], found["left_out"]) == (4, "openai:e", {})
    assert model.texts == ["east", "north"]
    again = await embedding_spread(pool("east", "north", "east", "north"), model)
    assert again == found
    assert len(model.texts) == 2
    await embedding_spread(pool("east", "north"), Embedder("openai:other"))
    back = Embedder()
    await embedding_spread(pool("east"), back)  # the file is another model's now
    assert back.texts == ["east"]


async def test_what_cannot_be_embedded_is_left_out(pool):
    found = await embedding_spread(pool("east", "north", "far too long"), Embedder())
    assert found["n"] == 2
    assert found["left_out"] == {ContextLengthError.reason: 1}


async def test_what_would_meet_every_text_is_raised(pool):
    with pytest.raises(AuthenticationError):
        await embedding_spread(pool("east", "key"), Embedder())


async def test_the_page_says_what_was_measured_by_what(pool):
    from minipublic.personas.population import Population

    folder = pool("east", "north", "far too long")
    spread = await embedding_spread(folder, Embedder())
    near = {"pairs": 0, "stories": 0, "share": 0.0, "threshold": 0.5, "missed": 0.0, "reason": "x", "shown": []}
    measures = {
        "duplicates": near,
        "embedding": spread,
        "distinct": {},
        "mtld": {"value": None, "ci": None, "reason": "-"},
    }
    rows = _diversity_parts(measures, Population.load(folder.population))["diversity"]
    name, value, meaning = rows[-1]
    assert (name, value) == ("embedding spread", "1.000 (no interval)")
    assert "openai:e, n = 2 stories; 1 stories left out (context_length)" in meaning
