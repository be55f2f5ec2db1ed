import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from fault_server import FaultServer


@pytest.fixture
async def server():
    server = FaultServer()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture(scope="session")
def data():
    """The folder of real human data, where there is one."""
    import os

    import minipublic

    beside = Path(minipublic.__file__).parent.parent / "shared" / "data"
    folder = Path(os.environ.get("MINIPUBLIC_DATA", beside))
    if not (folder / "nonvoters_2020").is_dir():
        pytest.skip("the human data are not here: set MINIPUBLIC_DATA to their folder")
    return folder
