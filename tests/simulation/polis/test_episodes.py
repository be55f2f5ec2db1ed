"""From the protocol to the measures: the groups found are the camps that the public has."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from minipublic.evaluators.opinion_clusters import adjusted_rand
from minipublic.graphs.context import Context
from minipublic.graphs.polis import build_polis
from minipublic.models.synthetic import SyntheticModel
from minipublic.personas.persona import Persona
from minipublic.simulation.errors import InputError
from minipublic.simulation.polis.episodes import conversation_of, write_export
from minipublic.simulation.polis.measuring import measure_conversation, measure_polis

STATE = {
    "seats": ["seat_1", "seat_2", "seat_3"],
    "candidates": {"statements": ["Tax land.", "Tax wealth, too."]},
    "outcomes": {"statements": {"authors": {"statements_1": [], "statements_2": ["seat_2"]}, "shown": {}}},
    "ratings": {
        "vote": {
            "seat_1": {"statements_1": 3, "statements_2": 1},
            "seat_2": {"statements_1": 2},
            "seat_3": {"statements_2": {"missing": "refused", "raw": ""}},
        }
    },
}
nan = np.nan


@pytest.mark.parametrize(("own", "second"), [("left_out", nan), ("agree", 1.0)])
def test_an_episode_as_votes(own, second):
    found = conversation_of(STATE, own)
    assert np.array_equal(found.votes, [[1, -1], [0, second], [nan, nan]], equal_nan=True)
    assert found.participants == ("seat_1", "seat_2", "seat_3")
    assert found.texts == {"statements_1": "Tax land.", "statements_2": "Tax wealth, too."}
    assert found.notes == ("1 votes could not be had; they count as not seen",)


def test_an_episode_of_another_protocol():
    with pytest.raises(InputError, match="the episode has no 'candidates'; give one of the protocol polis"):
        conversation_of({"seats": ["seat_1"]})


async def played(left, right, apart, n=40, spread=0.3):
    public = {"dimensions": 1, "positions": {"camp": {"left": [-apart], "right": [apart]}}, "residual_sd": spread}
    model = SyntheticModel("camps", wording_sd=0.0, **public)
    seats = {f"seat_{k}": Persona(f"p{k}", {"camp": left if k < 0.6 * n else right}) for k in range(n)}
    context = Context(seats=seats, models={"participant": model})
    state = await build_polis(24).compile().ainvoke({"question": "Should we tax wealth?"}, context=context)
    return conversation_of(state), np.array([0 if k < 0.6 * n else 1 for k in range(n)])


def grouped(found):
    return np.array([ord(member["group"]) - 65 for member in found["members"]])


@pytest.mark.slow
async def test_the_groups_of_a_public_of_two_camps_are_the_camps():
    conversation, camp = await played("left", "right", 1.5)
    found = measure_conversation(conversation, bootstrap=40)
    assert found["k"] == 2
    assert adjusted_rand(grouped(found), camp) > 0.9
    assert found["stability"]["value"] > 0.9
    assert found["statements"][0]["text"] == conversation.texts["statements_1"]


@pytest.mark.slow
async def test_a_public_of_one_camp_gives_no_false_certainty():
    conversation, _ = await played("left", "left", 0.3, spread=0.3)
    found = measure_conversation(conversation, bootstrap=40)
    assert found["continuum"]["p"] > 0.05


@pytest.mark.slow
async def test_a_simulated_conversation_is_measured_from_its_files_as_from_memory(tmp_path):
    conversation, _ = await played("left", "right", 1.5, n=24)
    votes, comments = write_export(conversation, tmp_path)
    here, there = measure_conversation(conversation, bootstrap=5), measure_polis(votes, comments, bootstrap=5)
    assert here == there
