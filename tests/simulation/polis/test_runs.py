"""The episodes of a run, as transcripts keep them."""

import orjson
import pytest

from minipublic.graphs.context import Context
from minipublic.graphs.polis import build_polis
from minipublic.models.registry import load_model
from minipublic.personas.persona import Persona
from minipublic.simulation.errors import InputError
from minipublic.simulation.polis.episodes import conversation_of, read_episode
from minipublic.simulation.polis.measuring import measure_polis


@pytest.fixture
async def states():
    seats = {f"seat_{k}": Persona(f"p{k}") for k in range(12)}
    model = load_model("synthetic:default")
    played = {}
    for question in ("Should we tax wealth?", "Should we ban cars?"):
        context = Context(seats=seats, models={"participant": model})
        played[question] = await build_polis(8).compile().ainvoke({"question": question}, context=context)
    return played


def write_run(folder, states):
    """What a run keeps of an episode: who sat where, and all that the steps left but the rows."""
    lines = []
    for episode, (question, state) in enumerate(states.items()):
        kept = {k: v for k, v in state.items() if k not in ("answers", "utterances", "seats")}
        seats = {seat: {"persona": seat, "attributes": {}} for seat in state["seats"]}
        lines.append(orjson.dumps({"episode": f"e{episode}", "seats": seats, "question": question, **kept}))
    (folder / "transcripts.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    return folder


async def test_votes_are_read_by_episode(tmp_path, states):
    run = write_run(tmp_path, states)
    first, second = (conversation_of(state) for state in states.values())
    found = measure_polis(run, episode="e1", bootstrap=0)
    assert [s["text"] for s in found["statements"]] == list(second.texts.values()) != list(first.texts.values())
    assert found["participants"] == 12
    assert sum(v["seen"] for s in found["statements"] for v in s["votes"].values()) == 12 * 8
    with pytest.raises(InputError, match=r"2 episodes; choose one by --episode \(e0, e1\)"):
        read_episode(run)
    with pytest.raises(InputError, match="no episode 'x'; there are e0, e1"):
        read_episode(run, "x")
    with pytest.raises(InputError, match=r"--comments .*the statements of a run are in its folder"):
        measure_polis(run, run / "comments.csv")


async def test_the_only_episode_needs_no_name(tmp_path, states):
    question, state = next(iter(states.items()))
    run = write_run(tmp_path, {question: state})
    assert read_episode(run).texts == conversation_of(state).texts


def test_folders_and_tables_that_are_none(tmp_path):
    with pytest.raises(InputError, match="no transcripts; give the folder of a run of the protocol polis"):
        read_episode(tmp_path)
    with pytest.raises(InputError, match="is no run's folder, so it has no episodes"):
        measure_polis(tmp_path / "v.csv", episode="e1")
