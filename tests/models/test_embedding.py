import pytest
from aiohttp import web

from minipublic.models.embedding import EmbeddingModel
from minipublic.models.errors import AuthenticationError, BadResponseError, ContextLengthError, ModelSpecError


class Embedder:
    """Answers with each text's length and 1, in any order; a text with "long" in it is refused."""

    def __init__(self):
        self.bodies, self.change = [], lambda answer: answer

    async def handle(self, request):
        body = await request.json()
        self.bodies.append(body)
        if any("long" in text for text in body["input"]):
            error = {"message": "This model's maximum context length is 8 tokens.", "code": "context_length_exceeded"}
            return web.json_response({"error": error}, status=400)
        rows = [{"index": k, "embedding": [float(len(t)), 1.0]} for k, t in enumerate(body["input"])]
        return web.json_response(self.change({"data": rows[::-1]}))


@pytest.fixture
async def served():
    embedder, app = Embedder(), web.Application()
    app.router.add_post("/v1/embeddings", embedder.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    embedder.url = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}/v1"
    embedder.model = EmbeddingModel.from_spec(f"openai:e@{embedder.url}", texts_per_request=3, retries=0)
    yield embedder
    await embedder.model.aclose()
    await runner.cleanup()


async def test_vectors_come_in_the_order_of_the_texts(served):
    assert await served.model.embed(["a", "bb", "ccc", "dddd"]) == [(1.0, 1.0), (2.0, 1.0), (3.0, 1.0), (4.0, 1.0)]
    assert sorted(len(b["input"]) for b in served.bodies) == [1, 3]
    assert {b["model"] for b in served.bodies} == {"e"}
    assert await served.model.embed([]) == []


async def test_a_text_that_is_refused_loses_no_other(served):
    found = await served.model.embed(["a", "long", "ccc"])
    assert [found[0], found[2]] == [(1.0, 1.0), (3.0, 1.0)]
    assert isinstance(found[1], ContextLengthError)


@pytest.mark.parametrize(
    "change",
    [
        lambda a: {"data": a["data"][:1]},
        lambda a: {},
        lambda a: {"data": [{"index": 0}, {"index": 1}]},
        lambda a: {"data": [row | {"embedding": [0.0, 0.0]} for row in a["data"]]},
        lambda a: {"data": [row | {"embedding": ["x"]} for row in a["data"]]},
        lambda a: {"data": [row | {"index": 0} for row in a["data"]]},
    ],
)
async def test_what_is_no_embedding_is_an_error(served, change):
    served.change = change
    assert all(isinstance(found, BadResponseError) for found in await served.model.embed(["a", "bb"]))


def test_only_servers_embed(monkeypatch):
    with pytest.raises(ModelSpecError, match="openai:NAME"):
        EmbeddingModel.from_spec("synthetic:default")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(AuthenticationError):
        EmbeddingModel.from_spec("openai:text-embedding")
