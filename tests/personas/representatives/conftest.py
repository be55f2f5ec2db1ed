import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def little_base(tmp_path_factory):
    """The folder of a model made in a moment."""
    for library in ("torch", "transformers", "trl", "peft"):
        pytest.importorskip(library, reason="needs pip install 'minipublic[local]'")
    import little

    return little.make_base(tmp_path_factory.mktemp("little") / "base")
