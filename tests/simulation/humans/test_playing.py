import asyncio
import json
import os
import random

import pandas as pd
import pytest
import yaml

from minipublic.graphs import Context, build_consensus
from minipublic.graphs.humans import Human
from minipublic.models import load_model
from minipublic.personas import Persona
from minipublic.simulation.errors import InputError
from minipublic.simulation.humans.config import SeatConfig
from minipublic.simulation.humans.playing import Host, PlayStopped, Table, play
from minipublic.simulation.humans.replies import Replies
from minipublic.simulation.loading import load_study
from minipublic.simulation.planning import make_plan
from minipublic.simulation.run import run_study

START = {"question": "Should we introduce a wealth tax?"}
PEOPLE = {f"s{k}": Human() for k in range(3)}


def context(people):
    model = load_model("synthetic:default")
    seats = {f"s{k}": Persona(f"p{k}", {"party": "A"}) for k in range(4)}
    return Context(seats=seats, models={"participant": model, "mediator": model}, humans=people, unit="g0")


async def reply(wanted):
    return {"text": f"I am {wanted['seat']}."} if wanted["kind"] == "text" else {"answer": "6"}


async def deliberate(host, people=PEOPLE, **more):
    table = Table(people, host, **more)
    return await play(build_consensus().compile(), START, context(people), table)


async def test_whoever_replies_first_is_heard_first_and_all_comes_out_alike():
    chance = random.Random(3)

    async def slowly(wanted):
        await asyncio.sleep(chance.uniform(0, 0.01))
        return await reply(wanted)

    states = [await deliberate(Host(reply)), await deliberate(Host(slowly)), await deliberate(Host(slowly, True))]
    assert states[0] == states[1] == states[2]
    assert states[0]["opinions"]["s1"] == "I am s1."


async def test_each_seat_is_asked_one_thing_at_a_time():
    busy, most = {}, {}

    async def answer(wanted):
        seat = wanted["seat"]
        busy[seat] = busy.get(seat, 0) + 1
        most[seat] = max(most.get(seat, 0), busy[seat])
        most["all"] = max(most.get("all", 0), sum(busy.values()))
        await asyncio.sleep(0)
        busy[seat] -= 1
        return await reply(wanted)

    await deliberate(Host(answer))
    assert most == {"s0": 1, "s1": 1, "s2": 1, "all": 3}
    most.clear()
    await deliberate(Host(answer, one_by_one=True))
    assert most["all"] == 1


async def test_the_clock_begins_with_a_persons_own_turn():
    people = {"s0": Human(), "s1": Human(deadline_s=0.5), "s2": Human(deadline_s=0.5)}

    async def answer(wanted):
        if (wanted["seat"], wanted["step"]) == ("s0", "position"):
            await asyncio.sleep(0.6)  # the others wait for their turn for longer than they have
        return await reply(wanted)

    state = await deliberate(Host(answer, one_by_one=True), people)
    assert state["positions"] == {"s0": 6, "s1": 6, "s2": 6} | {"s3": state["positions"]["s3"]}


async def test_one_who_does_not_come_in_time_falls_to_missing_or_to_the_representative():
    people = {
        "s0": Human(deadline_s=0.01),
        "s1": Human(deadline_s=0.01, otherwise="representative"),
        "s2": Human(),
    }
    asked = []

    async def answer(wanted):
        asked.append((wanted["seat"], wanted["step"]))
        if wanted["seat"] != "s2":
            await asyncio.sleep(10)
        return await reply(wanted)

    replies = Replies()
    state = await deliberate(Host(answer), people, replies=replies)
    assert state["positions"]["s0"]["missing"] == "deadline"
    assert state["positions"]["s1"] in range(1, 8)
    assert state["utterances"]["opinion/s1"]["model"].endswith(" for human")
    assert state["opinions"]["s2"] == "I am s2."
    # What fell to the deadline is on record too: nobody is asked again.
    before = len(asked)
    assert await deliberate(Host(answer), people, replies=replies) == state
    assert len(asked) == before


async def test_a_reply_that_does_not_fit_is_never_kept():
    said = iter(["", {"text": "  "}, {"text": "Aye."}])
    problems = []

    async def answer(wanted):
        if wanted["step"] != "opinion":
            return await reply(wanted)
        problems.append(wanted["problem"])
        return next(said)

    replies = Replies()
    state = await deliberate(Host(answer), {"s0": Human()}, replies=replies)
    assert state["opinions"]["s0"] == "Aye."
    assert [bool(p) for p in problems] == [False, True, True]
    assert len(replies) == 5


async def test_a_host_that_says_nothing_at_once_meets_the_deadline():
    async def answer(wanted):
        return ""

    state = await deliberate(Host(answer), {"s0": Human(deadline_s=0.05)})
    assert state["positions"]["s0"]["missing"] == "deadline"


async def test_a_host_that_fails_ends_the_episode_and_asks_nobody_any_more():
    cancelled = []

    async def answer(wanted):
        if wanted["seat"] == "s2":
            raise TimeoutError("the page is gone")  # of its own, with no deadline to fall to
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError:
            cancelled.append(wanted["seat"])
            raise

    with pytest.raises(TimeoutError, match="the page is gone"):
        await deliberate(Host(answer))
    assert cancelled == ["s0", "s1"]


async def test_it_can_be_stopped_while_somebody_is_waited_for_and_goes_on_from_there(tmp_path):
    stop, asked = asyncio.Event(), []

    async def until_the_critique(wanted):
        asked.append(wanted["step"])
        if wanted["step"] == "critique":
            stop.set()
            await asyncio.sleep(10)
        return await reply(wanted)

    with pytest.raises(PlayStopped):
        await deliberate(Host(until_the_critique), replies=Replies(tmp_path / "h.jsonl"), stop=stop)
    held = len(Replies(tmp_path / "h.jsonl"))
    assert held == 6
    asked.clear()

    async def go_on(wanted):
        asked.append(wanted["step"])
        return await reply(wanted)

    state = await deliberate(Host(go_on), replies=Replies(tmp_path / "h.jsonl"))
    assert set(asked) == {"critique", "endorsement_draft", "endorsement_revised"}
    assert state == await deliberate(Host(reply))


TALK = {
    "population": {"generate": 6, "attributes": {"party": {"shares": {"D": 0.5, "R": 0.5}}}},
    "consensus": {"questions": ["Should we tax wealth?"], "groups": 2, "group_size": 3},
}
SEATED = {"seat_2": {"human": "Ann", "deadline": 60, "otherwise": "representative"}}


def plan(path, *overrides):
    return make_plan(load_study(path, overrides), path)


def test_a_study_says_who_sits_where(consensus, tmp_path):
    made, asked = plan(consensus(**TALK, seats=SEATED)), []

    async def answer(wanted):
        asked.append((wanted["unit"], wanted["step"], wanted["deadline_s"]))
        return await reply(wanted)

    out = tmp_path / "run"
    told = asyncio.run(run_study(made, out, host=Host(answer)))
    assert told["status"] == "complete"
    assert {unit for unit, _, _ in asked} == {"g0", "g1"}
    assert {seconds for _, _, seconds in asked} == {60}
    rows = pd.read_parquet(out / "utterances.parquet")
    assert set(rows[rows["seat"] == "seat_2"]["model"]) == {"human:Ann"}
    assert set(rows[rows["seat"] == "seat_2"]["text"]) == {"I am seat_2."}

    asked.clear()
    tables = [(out / name).read_bytes() for name in ("records.parquet", "transcripts.jsonl")]
    asyncio.run(run_study(made, out, host=Host(answer)))
    assert asked == []
    assert tables == [(out / name).read_bytes() for name in ("records.parquet", "transcripts.jsonl")]


def test_other_people_make_another_study(consensus, tmp_path):
    path = consensus(**TALK)
    assert "seats" not in plan(path).identity()
    asyncio.run(run_study(plan(path), tmp_path / "run"))
    with pytest.raises(InputError, match=r"seats: the run has nothing, the study now says .*seat_2"):
        asyncio.run(run_study(plan(path, "seats.seat_2.human=true"), tmp_path / "run", host=Host(reply)))


def test_conditions_ask_a_person_once_what_they_ask_alike(consensus, tmp_path):
    made, asked = plan(consensus(**TALK, seats=SEATED, conditions=["qa", "none"])), []

    async def answer(wanted):
        asked.append(f"{wanted['unit']} {wanted['step']}")
        await asyncio.sleep(0.005)  # both conditions' episodes run at once
        return await reply(wanted)

    asyncio.run(run_study(made, tmp_path / "run", host=Host(answer)))
    assert asked.count("g0 opinion") == 1
    assert asked.count("g0 critique") == 2  # each condition's draft


SHIPPED = ("citizens_assembly", "deliberative_poll", "delphi", "habermas", "network_discussion", "polis")


@pytest.mark.parametrize("name", ["jury", *(pytest.param(name, marks=pytest.mark.slow) for name in SHIPPED)])
def test_people_sit_in_every_protocol(consensus, tmp_path, name):
    protocol = {"name": name, "questions": ["Should we tax wealth?"], "groups": 1, "group_size": 6}
    people = {"generate": 12, "attributes": {"party": {"shares": {"D": 0.5, "R": 0.5}}}}
    path = consensus(kind="protocol", population=people, seats=SEATED, protocol=protocol)
    study = yaml.safe_load(path.read_text())
    del study["consensus"]
    path.write_text(yaml.safe_dump(study))
    asked = []

    async def answer(wanted):
        asked.append(wanted["prompt"])
        return await reply(wanted) if wanted["kind"] == "text" else {"answer": wanted["options"][-1]["key"]}

    made, out = plan(path), tmp_path / "run"
    told = asyncio.run(run_study(made, out, host=Host(answer)))
    assert (told["status"], told["missing"]) == ("complete", {})
    rows = pd.concat([pd.read_parquet(out / "utterances.parquet"), pd.read_parquet(out / "records.parquet")])
    assert set(rows[rows["seat"] == "seat_2"]["model"]) == {"human:Ann"}
    assert len(asked) == len(rows[rows["seat"] == "seat_2"]) > 3
    assert not [prompt for prompt in asked if "[BEGIN" in prompt]
    again = asyncio.run(run_study(made, out, host=Host(None)))
    assert again["calls"]["asked_now"] == 0


def test_people_need_a_host(consensus, tmp_path):
    with pytest.raises(InputError, match="seat_2: held by people, and nobody is there to ask them"):
        asyncio.run(run_study(plan(consensus(**TALK, seats=SEATED)), tmp_path / "run"))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"seats": {"seat_9": {}}}, "no seat is called 'seat_9'; a group has seat_1, seat_2, seat_3"),
        ({"seats": {"seat_1": {"dealine": 3}}}, "did you mean `deadline`"),
        ({"seats": {"seat_1": {"deadline": 0}}}, "greater than 0"),
        ({"seats": {"seat_1": {"otherwise": "nobody"}}}, "seats.seat_1.otherwise"),
    ],
)
def test_mistakes_in_the_section_are_named(consensus, changes, said):
    with pytest.raises(InputError, match=said.replace("(", r"\(")):
        load_study(consensus(**TALK | changes))


def test_a_survey_has_no_seats(survey):
    with pytest.raises(InputError, match="nobody sits in a survey"):
        load_study(survey(seats={"seat_1": {}}))


def test_a_seat_that_nobody_holds_changes_nothing(consensus):
    held = plan(consensus(**TALK, seats={"seat_1": {"human": False}})).identity()
    assert held == plan(consensus(**TALK)).identity()
    assert SeatConfig(human="Ann").person == Human("Ann")


def test_a_dry_run_takes_people_to_reply(consensus, tmp_path):
    from minipublic.simulation.estimate import estimate
    from minipublic.simulation.folder import RunFolder

    path, out = consensus(**TALK), tmp_path / "run"
    alone, seated = estimate(plan(path)), estimate(plan(path, "seats.seat_2.human=true"))
    assert (alone["calls"]["value"], seated["calls"]["value"]) == (2 * 17, 2 * 12)
    assert any("seat_2" in note for note in seated["notes"])
    made = plan(path, "seats.seat_2.human=true")
    asyncio.run(run_study(made, out, limit=1, host=Host(reply)))
    before = json.dumps(sorted((p.name, os.stat(p).st_mtime_ns) for p in out.iterdir() if "sqlite" not in p.name))
    pilot = estimate(made, None, RunFolder(out))
    assert pilot["pilot"] == {"people": 1, "begun": 1}
    assert before == json.dumps(
        sorted((p.name, os.stat(p).st_mtime_ns) for p in out.iterdir() if "sqlite" not in p.name)
    )
