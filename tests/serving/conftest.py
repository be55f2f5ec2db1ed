import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from vllm_server import LORA, SHORT, VLLMServer


@pytest.fixture(scope="session")
def start(tiny, tmp_path_factory):
    """Makes servers of the tiny model; all are killed in the end."""
    if shutil.which("vllm", path=str(Path(sys.executable).parent)) is None:
        pytest.skip("vLLM is not installed here: make test-servers installs it")
    made = []

    def start(*settings):
        server = VLLMServer(tiny / "base", tmp_path_factory.mktemp("vllm") / "log.txt", settings)
        made.append(server)
        server.start()
        return server

    yield start
    for server in made:
        server.kill()


@pytest.fixture(scope="session")
def plain_server(start):
    """A server as most users start it, but for the length of its texts: the tiny model ends none by itself."""
    return start(*SHORT)


@pytest.fixture(scope="session")
def lora_server(start):
    """A server that takes adapters."""
    return start(*LORA)
