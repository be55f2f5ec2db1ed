import pytest
from vllm_server import VLLMServer

from minipublic.models import wire
from minipublic.models.registry import load_model


@pytest.fixture
async def server(monkeypatch):
    monkeypatch.setattr(wire, "FIRST_WAIT_S", 0.001)
    server = VLLMServer()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def load(server):
    """Makes models on the server, and closes them."""
    made = []

    def load(**options):
        made.append(load_model(f"vllm:m@{server.url}", **{"retries": 1, "timeout_s": 5.0, **options}))
        return made[-1]

    yield load
    for model in made:
        await model.aclose()
