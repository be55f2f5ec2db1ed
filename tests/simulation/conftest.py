"""Small studies in a folder of their own."""

import asyncio
import sys
import threading
from pathlib import Path

import pytest
import yaml

sys.path.insert(0, str(Path(__file__).parent))

CODEBOOK = """
respondent: id
weight: w
attributes:
  party: {column: p, labels: {1: Democrat, 2: Republican}}
items:
  q1: {text: "Is it good?", options: &scale {1: Very, 2: Somewhat, 3: Not much, 4: Not at all}, missing: [-1]}
  q2: {text: "Is it fair?", options: *scale, missing: [-1]}
  q3: {text: "Is it new?", options: {1: Very, 2: Somewhat, 3: Not much, 4: Not at all, 9: Don't know}, missing: [9]}
scales: {both: [q1, q2]}
"""


@pytest.fixture
def folder(tmp_path) -> Path:
    """A codebook and 40 made-up humans."""
    (tmp_path / "codebook.yaml").write_text(CODEBOOK)
    rows = [f"h{k},{1 + k % 3},{1 + k % 2},{1 + k % 4},{1 + (k // 2) % 4},{1 + k % 4}" for k in range(40)]
    (tmp_path / "humans.csv").write_text("id,w,p,q1,q2,q3\n" + "\n".join(rows) + "\n")
    return tmp_path


@pytest.fixture
def survey(folder):
    """Writes a survey study; keyword arguments change its sections."""

    def write(**changes) -> Path:
        study = {
            "study": "small",
            "kind": "survey",
            "humans": {"table": "humans.csv", "codebook": "codebook.yaml"},
            "population": {"from_humans": True},
            "conditions": ["qa", "none"],
            "survey": {},
            "evaluation": {"bootstrap": 50, "splits": 5, "by": ["party"]},
        }
        path = folder / "study.yaml"
        path.write_text(yaml.safe_dump(study | changes, sort_keys=False))
        return path

    return write


@pytest.fixture
def consensus(folder):
    """Writes a consensus study."""

    def write(**changes) -> Path:
        study = {
            "study": "talk",
            "kind": "consensus",
            "population": {"generate": 12, "attributes": {"party": {"shares": {"D": 0.5, "R": 0.5}}}},
            "consensus": {
                "questions": ["Should we tax wealth?", "Is it fair?"],
                "groups": 3,
                "group_size": 4,
                "questions_per_group": 2,
            },
            "evaluation": {"bootstrap": 50},
        }
        path = folder / "talk.yaml"
        path.write_text(yaml.safe_dump(study | changes, sort_keys=False))
        return path

    return write


@pytest.fixture
def server_beside():
    """The fault server in a thread, for commands that run in another process."""
    from fault_server import FaultServer

    server, loop = FaultServer(), asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(server.start(), loop).result()
    yield server
    asyncio.run_coroutine_threadsafe(server.stop(), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
