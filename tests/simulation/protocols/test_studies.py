"""Studies of protocols: from a study file to what came of it."""

import asyncio
import json

import pytest
import yaml

from minipublic.simulation.cli.inspect import STARTERS
from minipublic.simulation.errors import InputError
from minipublic.simulation.export import transcript_text, transcripts
from minipublic.simulation.loading import load_study
from minipublic.simulation.measure import measure_run
from minipublic.simulation.planning import make_plan
from minipublic.simulation.report.page import write_report
from minipublic.simulation.run import run_study

PEOPLE = {
    "generate": 40,
    "attributes": {
        "party": {"shares": {"Democrat": 0.5, "Republican": 0.5}},
        "age": {"shares": {"young": 0.5, "old": 0.5}},
    },
}
CASE = {"question": "Did the landlord break the contract?", "proposition": "The landlord broke the contract."}


@pytest.fixture
def write(folder):
    """Writes a study of a protocol: `protocol` is the section, less who deliberates on what."""

    def write(protocol, **changes):
        study = {
            "study": "small",
            "kind": "protocol",
            "population": PEOPLE,
            "conditions": ["qa"],
            "protocol": {"questions": [CASE], "groups": 4, "group_size": 5} | protocol,
            "evaluation": {"bootstrap": 50},
        }
        path = folder / "study.yaml"
        path.write_text(yaml.safe_dump(study | changes, sort_keys=False))
        return path

    return write


def planned(path):
    return make_plan(load_study(path), path)


def ran(path, out):
    """The run's folder, its metrics and its page."""
    plan = planned(path)
    asyncio.run(run_study(plan, out))
    metrics = measure_run(out, plan)
    write_report(out)
    return metrics, (out / "report.html").read_text()


BY_NEED = [{"name": need, "style": "qa", "options": {"need": need, "rounds": 2}} for need in ("unanimity", "majority")]


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    """A jury by unanimity and by majority, run once."""
    folder = tmp_path_factory.mktemp("trial")
    study = {
        "study": "trial",
        "kind": "protocol",
        "population": PEOPLE,
        "conditions": BY_NEED,
        "evaluation": {"bootstrap": 50},
    }
    study["protocol"] = {"name": "jury", "questions": [CASE], "groups": 4, "group_size": 6}
    (folder / "study.yaml").write_text(yaml.safe_dump(study))
    return folder / "out", *ran(folder / "study.yaml", folder / "out")


def test_conditions_differ_in_the_options_of_their_protocol(trial):
    out, metrics, _ = trial
    by_condition = {name: found["votes"] for name, found in metrics["conditions"].items()}
    assert by_condition["unanimity"]["options"] == ["Not guilty", "Guilty"]
    # Whoever agrees to the last has a majority too: the same people, ballots and random numbers.
    assert by_condition["majority"]["hung"]["value"] <= by_condition["unanimity"]["hung"]["value"]
    (pair,) = metrics["vote_pairs"]
    difference = by_condition["unanimity"]["hung"]["value"] - by_condition["majority"]["hung"]["value"]
    assert pair["hung"]["value"] == pytest.approx(difference)
    first = {(t["condition"], t["episode"]): t["votes"]["ballot_0"] for t in transcripts(out)}
    assert all(first["unanimity", e] == first["majority", e] for _, e in first)


def test_the_records_say_at_which_step_an_answer_was_given(trial):
    import pandas as pd

    out, _, _ = trial
    records = pd.read_parquet(out / "records.parquet")
    assert set(records["step"]) == {"ballot_0", "ballot_1", "ballot_2"}
    said = pd.read_parquet(out / "utterances.parquet")
    assert set(said["step"]) <= {"talk_1", "talk_2"}


def test_the_report_shows_what_came_of_it_and_what_was_said(trial):
    out, _, page = trial
    for title in ("How votes came out", "Difference in verdicts between conditions", "What was said", "talk 1"):
        assert title in page
    told = transcript_text(out, "g0-q1", "unanimity")
    assert "ballot_0:" in told
    assert "result: verdict" in told


def test_a_run_of_a_protocol_resumes_and_can_be_read_again(trial):
    out, metrics, _ = trial
    plan = planned(out / "study.yaml")
    again = asyncio.run(run_study(plan, out))
    assert again["calls"]["asked_now"] == 0
    assert json.loads(json.dumps(measure_run(out))) == json.loads(json.dumps(metrics))


STEPS = [
    {"ask": "before", "instrument": "views"},
    {"position": "stand"},
    {"collect": "opinion", "instruction": "Write your opinion."},
    {"mediate": "draft", "positions": "stand"},
    {"rate": "endorsement", "of": ["draft"], "recalls": ["opinion"]},
    {"discuss": "talk", "rounds": 2, "hears": {"topology": "ring"}},
    {"position": "stand_again", "sees": ["talk_1", "talk_2"]},
    {"ask": "after", "instrument": "views", "sees": ["talk_2"]},
]


def test_a_study_file_lists_steps(write, folder):
    conditions = [{"style": "qa", "mechanism": ["summary", "random_opinion"]}]
    steps = {"steps": STEPS, "instruments": {"views": "codebook.yaml"}}
    metrics, page = ran(write(steps, conditions=conditions), folder / "out")
    found = metrics["conditions"]["qa / summary"]
    assert found["polls"] == {
        "position": ["stand", "stand_again"],
        **{item: ["before", "after"] for item in ("q1", "q2", "q3")},
    }
    change = found["change"]["items"]["q1"]["change"]
    assert change["ci"][0] <= change["value"] <= change["ci"][1]
    assert len(found["change"]["groups"]) == 4
    assert [r["item"] for r in found["ratings"]] == ["endorsement_draft"]
    assert {r["round"] for r in found["rounds"]["position"]["rounds"]} == {1, 2}
    # Positions before anybody has spoken are the same under both mechanisms, and so is what is said in round one.
    assert metrics["topologies"]["topologies"].keys() == {"qa / summary", "qa / random_opinion"}
    (family,) = metrics["mechanisms"]
    assert family["mechanisms"].keys() == {"summary", "random_opinion"}
    for title in ("How opinions changed", "Group by group", "Mechanisms on the same groups"):
        assert title in page


def test_votes_on_texts_of_ones_own_have_no_options_that_groups_share(write, folder):
    steps = [{"collect": "proposal", "instruction": "Propose something."}, {"vote": "pick", "on": "proposal"}]
    conditions = [{"name": name, "style": style} for name, style in (("a", "qa"), ("b", "bio"))]
    metrics, page = ran(write({"steps": steps}, conditions=conditions), folder / "out")
    votes = metrics["conditions"]["a"]["votes"]
    assert votes["options"] == []
    assert votes["hung"]["n"] == 4
    assert metrics["vote_pairs"] == []
    assert "undecided (hung)" in page


OPINION = {"collect": "opinion", "instruction": "Write your opinion."}


def test_the_last_of_several_trials_is_measured(write, folder):
    steps = [{"vote": "first"}, {"vote": "second", "options": ["a", "b", "c", "d"], "need": "plurality"}]
    metrics, _ = ran(write({"steps": steps}), folder / "out")
    votes = metrics["conditions"]["qa"]["votes"]
    assert votes["ballots"] == ["second"]
    assert votes["options"] == ["a", "b", "c", "d"]


def test_groups_vote_on_adopting_a_statement(write, folder):
    steps = [OPINION, {"mediate": "draft"}, {"vote": "adopted", "on": "draft"}]
    metrics, _ = ran(write({"steps": steps}), folder / "out")
    votes = metrics["conditions"]["qa"]["votes"]
    assert votes["options"] == ["No", "Yes"]
    counts = [t["outcomes"]["adopted"]["counts"] for t in transcripts(folder / "out")]
    assert {code for count in counts for code in count} == {"1", "2"}  # who dislikes it can say so


def test_a_steps_own_mediator_lies_beside_the_study_and_counts_by_its_content(write, folder):
    own = folder / "own.py"
    own.write_text("def mine(case, desk):\n    return 'We agree.'\n")
    path = write({"steps": [OPINION, {"mediate": "draft", "mediator": "own.py:mine"}, {"rate": "r", "of": "draft"}]})
    plan = planned(path)  # from another working directory
    before = plan.identity()
    (_, step, _) = before["protocol"]["steps"]
    assert step["mediator"].keys() == {"function", "file"}
    ran(path, folder / "out")
    assert {t["statements"]["draft"] for t in transcripts(folder / "out")} == {"We agree."}
    own.write_text("def mine(case, desk):\n    return 'We do not.'\n")
    assert planned(path).identity() != before


def test_a_mediator_that_fails_stops_the_run_with_one_line(write, folder):
    (folder / "failing.py").write_text("def mine(case, desk):\n    return case.opinions['nobody']\n")
    steps = [OPINION, {"mediate": "draft", "mediator": "failing.py:mine"}]
    with pytest.raises(InputError, match=r"qa, g0-q1: the mediator 'mine' failed at 'draft': KeyError: 'nobody'"):
        ran(write({"steps": steps}), folder / "out")


def test_groups_are_drawn_so_that_quotas_hold_in_each(write, folder):
    quotas = {"party": {"Democrat": [2, 2], "Republican": [3, 3]}, "age": {"old": [2, 3]}}
    plan = planned(write({"name": "delphi", "quotas": quotas}))
    groups = [list(unit.seats.values()) for unit in plan.units()]
    assert len({p.id for seated in groups for p in seated}) == 20
    for seated in groups:
        assert sum(p.attributes["party"] == "Democrat" for p in seated) == 2
        assert 2 <= sum(p.attributes["age"] == "old" for p in seated) <= 3
    assert [panel["members"].keys() for panel in plan.seating.panels] == [{p.id for p in seated} for seated in groups]


@pytest.mark.parametrize(
    ("protocol", "changes", "said"),
    [
        ({"name": "jurry"}, {}, r"no protocol 'jurry'; did you mean 'jury'\?"),
        ({"name": "jury", "options": {"ned": 1}}, {}, r"no option 'ned'; did you mean 'need'\?"),
        ({"name": "jury", "options": {"need": "most"}}, {}, "majority, two_thirds, unanimity"),
        (
            {"name": "jury"},
            {"conditions": [{"name": "a", "style": "qa", "options": {"need": 2}}]},
            "conditions: a: jury",
        ),
        ({"steps": [{"colect": "opinion"}]}, {}, r"steps.1: .*did you mean 'collect'\?"),
        ({"steps": [{"collect": "opinion"}]}, {}, r"steps.1 \(collect\): `instruction` is lacking"),
        ({"steps": [{"ask": "before", "instrument": "vews"}]}, {}, "no instrument 'vews'"),
        ({"steps": [{"discuss": "a", "hears": "rng"}]}, {}, "no topology 'rng'"),
        ({"steps": [{"discuss": "a", "hears": {"seat_1": ["seat_9"]}}]}, {}, "'seat_1' hears .'seat_9'."),
        ({"name": "network_discussion", "options": {"network": 3}}, {}, "who hears whom is a network"),
        ({"steps": [{"position": "a"}, {"position": "a"}]}, {}, "two steps are called 'a'"),
        (
            {"name": "jury", "quotas": {"party": {"Democrat": [5, 5], "Republican": [1, 5]}}},
            {},
            "protocol.quotas: group 1",
        ),
        ({"name": "jury", "steps": STEPS}, {}, "either the `name` of a protocol or its `steps`"),
        ({}, {}, "either the `name` of a protocol or its `steps`"),
        ({"name": "delphi", "groups": 9}, {}, "need 45 personas, and the population has 40"),
        ({"name": "delphi", "instruments": {"views": "nowhere.yaml"}}, {}, "nowhere.yaml does not exist"),
        ({"name": "delphi"}, {"mechanism": "sumary"}, "summary"),
        (
            {"steps": STEPS[1:3]},
            {"conditions": [{"name": "a", "style": "qa", "options": {"need": 1}}]},
            "names no protocol",
        ),
    ],
)
def test_what_does_not_fit_is_named_before_anything_is_asked(write, protocol, changes, said):
    with pytest.raises(InputError, match=said) as raised:
        planned(write(protocol, **changes))
    assert "study.yaml" in str(raised.value)


def test_the_starter_is_a_valid_study():
    plan = planned(STARTERS / "protocol.yaml")
    assert sum(1 for _ in plan.units()) == 40
