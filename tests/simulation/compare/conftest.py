"""One comparison that many tests look at."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from family_studies import compared, write


@pytest.fixture(scope="session")
def family(tmp_path_factory):
    """The folder of a run of four mechanisms on 15 groups, and what its comparison says."""
    folder = tmp_path_factory.mktemp("family")
    out, metrics = compared(write(folder))
    (only,) = metrics["mechanisms"]
    return out, only
