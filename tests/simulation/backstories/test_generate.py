"""Pools made in a folder: what is in the files, what is asked again, what stops."""

import json

import orjson
import pandas as pd
import pytest
from teller import PARTY, Teller

from minipublic.models.errors import ModelTimeoutError
from minipublic.personas.population import Population
from minipublic.simulation.backstories.estimate import estimate
from minipublic.simulation.backstories.generate import exit_code
from minipublic.simulation.backstories.study import load_backstories
from minipublic.simulation.backstories.study_plan import make_backstories_plan
from minipublic.simulation.errors import InputError

PEOPLE = {"generate": 5, "attributes": {"party": {"shares": {"Left": 1, "Right": 1}}}}


def lines(path):
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def summary(out, pool):
    return json.loads((out / pool / "summary.json").read_text())


async def test_a_pool_has_its_files(study, make, tmp_path):
    record = await make(study(traits=PARTY), Teller())
    assert (record["status"], exit_code(record)) == ("complete", 0)
    out = tmp_path / "out"
    held = Population.load(out / "told" / "population.jsonl")
    assert [p.id for p in held] == [f"s{k:05d}" for k in range(6)]
    assert [t.question for t in held.personas[0].interview] == ["Who are you?", "Where do you live?"]
    assert held.personas[2].interview[1].answer == "life of s00002, question 2, attempt 1"
    assert held.personas[0].traits["party"].keys() == {"Left", "Right"}
    rows = pd.read_parquet(out / "told" / "stories.parquet")
    assert len(rows) == 12
    assert set(rows["status"]) == {"accepted"}
    assert (rows["words"] == 7).all()
    assert (rows["tokens"] == 7).all()
    assert [row["persona"] for row in lines(out / "told" / "traits.jsonl")] == [p.id for p in held]
    assert (out / "told" / "rejections.jsonl").read_bytes() == b""
    assert summary(out, "told")["measures"]["words"]["value"] == 14


async def test_what_is_rejected_is_on_record_and_counted(study, make, tmp_path):
    def flawed(told):
        again = "attempt 1" in told["answer"]
        if "s00001" in told["answer"] and "question 2" in told["answer"]:
            return ("code_or_markup", "another_speaker")
        return ("code_or_markup",) if again and "s00003" in told["answer"] else ()

    pool = {"method": "interview", "n": 5, "script": "script.txt", "attempts": 3}
    record = await make(study(backstories={"told": pool}), Teller(flawed=flawed))
    assert exit_code(record) == 3
    assert record["missing"] == {"rejected": 1}
    out = tmp_path / "out"
    assert "s00001" not in [p.id for p in Population.load(out / "told" / "population.jsonl")]
    found = lines(out / "told" / "rejections.jsonl")
    assert [(r["persona"], r["turn"], r["attempt"]) for r in found if r["criterion"] == "code_or_markup"] == [
        ("s00001", 2, 1),
        ("s00001", 2, 2),
        ("s00001", 2, 3),
        ("s00003", 1, 1),
        ("s00003", 2, 1),
    ]
    measures = summary(out, "told")["measures"]
    # 10 answers; three attempts at one of them and two at each of two others: 14 written, 5 rejected.
    assert measures["rejected"]["n"] == 14
    assert measures["rejected"]["value"] == pytest.approx(5 / 14)
    assert measures["rejected_for"]["another_speaker"]["value"] == pytest.approx(3 / 14)
    assert [r["value"] for r in measures["rejected_at"]] == pytest.approx([1 / 6, 4 / 8])
    assert {k: one["count"] for k, one in measures["attempts"].items()} == {"1": 7, "2": 2, "3": 1}
    page = (out / "told" / "page.html").read_text()
    assert "code_or_markup" in page
    assert "rejected" in page


async def test_kept_answers_are_marked(study, make, tmp_path):
    pool = {"method": "interview", "n": 2, "script": "script.txt", "attempts": 2, "after": "keep"}
    model = Teller(flawed=lambda told: ("code_or_markup",) if "question 1" in told["answer"] else ())
    record = await make(study(backstories={"told": pool}), model)
    assert record["missing"] == {"kept": 2}
    assert record["pools"]["told"]["stories"] == 2
    rows = pd.read_parquet(tmp_path / "out" / "told" / "stories.parquet")
    assert rows["status"].tolist() == ["kept", "accepted"] * 2


async def test_ones_own_script_and_criteria_are_asked(study, make, tmp_path):
    (tmp_path / "criteria.txt").write_text("boring: Would you stop listening?\n")
    pool = {"method": "interview", "n": 1, "script": "script.txt", "criteria": "criteria.txt"}
    model = Teller()
    await make(study(backstories={"told": pool}), model)
    assert "Question: Where do you live?" in model.asked("story")[1].prompt.text
    assert "- boring: Would you stop listening?" in model.asked("critic")[0].prompt.text
    assert model.asked("critic")[0].context["criteria"] == ["boring"]


async def test_a_part_of_a_pool_is_surveyed_anew(study, make, tmp_path):
    pools = {
        "told": {"method": "interview", "n": 4, "script": "script.txt"},
        "short": {"from": "told", "turns": 1},
        "few": {"from": "told", "most": 2},
    }
    model = Teller(
        flawed=lambda told: ("code_or_markup",) if "s00000" in told["answer"] and "attempt 1" in told["answer"] else ()
    )
    await make(study(backstories=pools, traits=PARTY), model)
    out = tmp_path / "out"
    short = Population.load(out / "short" / "population.jsonl")
    assert [len(p.interview) for p in short] == [1] * 4
    assert len(model.asked("trait_stated")) == 4 + 4
    assert all("question 2" not in r.context["story"] for r in model.asked("trait_stated")[4:])
    told = Population.load(out / "told" / "population.jsonl")
    assert Population.load(out / "few" / "population.jsonl").personas == told.personas[:2]
    assert summary(out, "told")["measures"]["rejected"]["n"] == 8 + 2
    assert summary(out, "short")["measures"]["rejected"]["n"] == 4 + 1
    assert [r["turn"] for r in lines(out / "short" / "rejections.jsonl")] == [1]


async def test_more_turns_than_there_are_is_an_error(study, make):
    pools = {"told": {"method": "interview", "n": 2, "script": "script.txt"}, "long": {"from": "told", "turns": 3}}
    with pytest.raises(InputError, match=r"backstories\.long\.turns is 3, but .* 2 turns"):
        await make(study(backstories=pools), Teller())


async def test_primed_stories_are_of_the_population(study, make, tmp_path):
    pools = {"primed": {"method": "demographics_primed", "n": 3, "style": "portray"}}
    model = Teller()
    await make(study(backstories=pools, population=PEOPLE, traits=["party"]), model)
    held = Population.load(tmp_path / "out" / "primed" / "population.jsonl")
    assert len(held) == 3
    for persona, request in zip(held, model.asked("story"), strict=True):
        assert request.context["attributes"] == dict(persona.attributes)
        assert persona.attributes["party"] in request.prompt.text
    confusion = summary(tmp_path / "out", "primed")["measures"]["confusion"]["party"]
    assert confusion["n"] == 3
    assert not model.asked("critic")


async def test_stories_of_a_file_are_surveyed_where_their_traits_are_not_known(study, make, tmp_path):
    known = {"id": "a", "backstory": "I am A.", "traits": {"party": {"Left": 1.0, "Right": 0.0}}}
    (tmp_path / "p.jsonl").write_text(json.dumps(known) + '\n{"id": "b", "backstory": "I am B, they say."}\n')
    model = Teller()
    await make(study(backstories={"mine": {"file": "p.jsonl"}}, traits=PARTY), model)
    held = Population.load(tmp_path / "out" / "mine" / "population.jsonl").personas
    assert [p.backstory for p in held] == ["I am A.", "I am B, they say."]
    assert held[0].traits["party"]["Left"] == 1.0
    assert [r.context["story"] for r in model.asked("trait_stated")] == ["I am B, they say."]
    assert summary(tmp_path / "out", "mine")["measures"]["words"]["value"] == 4


async def test_what_is_complete_is_not_even_replayed(study, make):
    path, model = study(traits=PARTY), Teller()
    first = await make(path, model)
    asked = len(model.requests)
    second = await make(path, model)
    assert len(model.requests) == asked
    assert second["calls"]["replayed_now"] == 0
    assert second["pools"] == first["pools"]


async def test_a_pilot_grows_into_the_whole(study, make, tmp_path):
    path, model = study(), Teller()
    await make(path, model, limit=2)
    assert len(Population.load(tmp_path / "out" / "told" / "population.jsonl")) == 2
    asked = len(model.requests)
    record = await make(path, model)
    assert record["pools"]["told"]["stories"] == 6
    assert len(model.requests) == asked * 3
    assert record["calls"]["replayed_now"] == asked


async def test_a_failed_call_is_asked_again_by_the_next_start(study, make, tmp_path):
    path = study()
    broken = Teller(fail=lambda r: ModelTimeoutError("late") if r.context.get("persona") == "s00002" else None)
    first = await make(path, broken)
    assert first["missing"] == {ModelTimeoutError.reason: 1}
    assert exit_code(first) == 3
    whole = Teller()
    second = await make(path, whole)
    assert exit_code(second) == 0
    assert [r.context["persona"] for r in whole.asked("story")] == ["s00002"] * 2
    assert len(Population.load(tmp_path / "out" / "told" / "population.jsonl")) == 6


async def test_a_part_grows_with_the_pool_it_is_taken_from(study, make, tmp_path):
    pools = {"told": {"method": "interview", "n": 3, "script": "script.txt"}, "short": {"from": "told", "turns": 1}}
    path = study(backstories=pools)
    await make(path, Teller(fail=lambda r: ModelTimeoutError("late") if r.context.get("persona") == "s00002" else None))
    short = tmp_path / "out" / "short" / "population.jsonl"
    assert len(Population.load(short)) == 2
    await make(path, Teller())
    assert len(Population.load(short)) == 3


async def test_a_pool_of_failures_is_no_pool(study, make, tmp_path):
    record = await make(study(), Teller(fail=lambda r: ModelTimeoutError("late")))
    assert (record["status"], exit_code(record)) == ("interrupted", 1)
    assert "not one story" in record["stopped"]
    assert record["pools"]["told"]["dropped"] == {ModelTimeoutError.reason: 6}


async def test_a_budget_stops_and_a_higher_one_goes_on(study, make, tmp_path):
    path, model = study(), Teller()
    first = await make(path, model, overrides=["budget.max_calls=9"])
    assert (first["status"], exit_code(first)) == ("interrupted", 1)
    assert "max_calls is 9" in first["stopped"]
    assert len(model.requests) == 9
    second = await make(path, model, overrides=["budget.max_calls=24"])
    assert second["status"] == "complete"
    assert len(model.requests) == 24


async def test_another_study_is_refused(study, make):
    await make(study(), Teller())
    with pytest.raises(InputError, match=r"another study[\s\S]*seed"):
        await make(study(seed=2), Teller())
    await make(study(engine={"units_in_flight": 2}, title="another"), Teller())


async def test_one_pool_with_the_one_it_is_taken_from(study, make, tmp_path):
    pools = {
        "a": {"method": "natural", "n": 2},
        "told": {"method": "interview", "n": 2, "script": "script.txt"},
        "short": {"from": "told", "turns": 1},
    }
    record = await make(study(backstories=pools), Teller(), only="short")
    assert list(record["pools"]) == ["told", "short"]
    with pytest.raises(InputError, match="no such pool"):
        await make(study(backstories=pools), Teller(), only="b")


async def test_order_and_parallelism_change_nothing(study, make, tmp_path):
    path = study(traits=PARTY)
    for out, places in (("one", 1), ("many", 64)):
        await make(path, out=out, overrides=[f"engine.units_in_flight={places}"])
    for name in ("population.jsonl", "rejections.jsonl", "traits.jsonl"):
        assert (tmp_path / "one" / "told" / name).read_bytes() == (tmp_path / "many" / "told" / name).read_bytes()


@pytest.mark.parametrize("flawed", [lambda told: (), lambda told: ("code_or_markup",)])
async def test_the_estimate_holds_the_calls_made(study, make, flawed):
    path = study(
        backstories={"told": {"method": "interview", "n": 4, "script": "script.txt", "after": "keep"}}, traits=PARTY
    )
    (guess,) = estimate(make_backstories_plan(load_backstories(path), path))
    model = Teller(flawed=flawed)
    await make(path, model)
    assert guess.stories == 4
    assert guess.least <= len(model.requests) <= guess.most
    if not flawed({}):
        assert guess.least == 4 * (2 * 2 + 1)
