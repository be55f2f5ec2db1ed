"""A study file of backstories: what is wrong is named with its place, and what is right comes back."""

import pytest
from teller import PARTY

from minipublic.simulation.backstories.config import in_order
from minipublic.simulation.backstories.study import as_yaml, load_backstories
from minipublic.simulation.backstories.study_plan import make_backstories_plan
from minipublic.simulation.errors import InputError

TOLD = {"method": "interview", "n": 6}


@pytest.mark.parametrize(
    ("pools", "said"),
    [
        ({"a": {}}, r"study\.yaml:\d+: backstories\.a: give exactly one of `method`"),
        ({"a": {"method": "natural", "n": 2, "file": "x.csv"}}, "exactly one"),
        ({"a": {"method": "natural"}}, "needs `n`"),
        ({"a": {"method": "natural", "n": 0}}, r"backstories\.a\.n"),
        ({"a": TOLD, "b": {"from": "c"}}, r"study\.yaml:\d+: backstories\.b\.from: no pool is called 'c'"),
        ({"a": {"from": "b"}, "b": {"from": "a"}}, "goes in a circle"),
        ({"a": TOLD | {"turns": 2}}, "no use for `turns`"),
        ({"a": TOLD, "b": {"from": "a", "attempts": 3}}, "no use for `attempts`"),
        ({"a": TOLD | {"style": "qa"}}, "`style` says how traits are told"),
        ({"a": {"method": "natural", "n": 2, "criteria": "c.txt"}}, "add `critic: true`"),
        ({"a": TOLD | {"atempts": 3}}, "did you mean `attempts`"),
        ({"a/b": TOLD}, "cannot be the name of a folder"),
    ],
)
def test_a_wrong_pool_is_named_with_its_line(study, pools, said):
    with pytest.raises(InputError, match=said):
        load_backstories(study(backstories=pools))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"backstories": {"a": TOLD | {"script": "none.txt"}}}, r"none\.txt does not exist"),
        (
            {"backstories": {"a": TOLD | {"criteria": "script.txt"}}},
            r"backstories\.a: .*script\.txt:2: write `name: question`",
        ),
        ({"backstories": {"a": {"method": "demographics_primed"}}}, "needs a section `population`"),
        (
            {
                "backstories": {"a": {"method": "demographics_primed", "n": 9}},
                "population": {"generate": 4, "attributes": {"party": {"shares": {"Left": 1, "Right": 1}}}},
            },
            "n is 9, but the population has 4 people",
        ),
        ({"traits": ["party"]}, r"traits\.party: give `labels`"),
        ({"prompts": "."}, "replaces no prompt"),
        ({"model": "openai:m@http://a:1/v1", "judge": "openai:m@http://b:1/v1"}, "model and judge are both openai:m"),
    ],
)
def test_what_a_study_names_is_checked(study, changes, said):
    path = study(**changes)
    with pytest.raises(InputError, match=said):
        make_backstories_plan(load_backstories(path), path)


def test_stories_of_a_file_must_be_there(study, tmp_path):
    (tmp_path / "p.jsonl").write_text('{"id": "a", "backstory": "I am A."}\n{"id": "b"}\n')
    path = study(backstories={"a": {"file": "p.jsonl"}})
    with pytest.raises(InputError, match=r"backstories\.a: .*p\.jsonl: persona 'b' has neither"):
        make_backstories_plan(load_backstories(path), path)


def test_the_wrong_command_names_the_right_one(study):
    from minipublic.simulation.loading import load_study

    with pytest.raises(InputError, match="minipublic personas generate"):
        load_study(study())


def test_a_study_comes_back_from_its_file(study, tmp_path):
    pools = {"short": {"from": "told", "turns": 1, "most": 3}, "told": TOLD | {"script": "script.txt"}}
    path = study(backstories=pools, traits=PARTY, trait_draws=8, judge="synthetic:default")
    plan = make_backstories_plan(load_backstories(path), path)
    assert list(plan.pools) == ["told", "short"]
    again = tmp_path / "elsewhere" / "study.yaml"
    again.parent.mkdir()
    again.write_text(as_yaml(plan.study))
    held = make_backstories_plan(load_backstories(again), again)
    assert held.identity() == plan.identity()
    assert held.study == plan.study


def test_pools_come_after_those_they_are_taken_from(study):
    pools = load_backstories(
        study(backstories={"c": {"from": "b"}, "b": {"from": "a"}, "a": TOLD, "d": TOLD})
    ).backstories
    assert in_order(pools) == ["a", "b", "c", "d"]


def test_traits_take_their_labels_from_the_population(study):
    shares = {"party": {"shares": {"Left": 1, "Right": 1}, "question": "Which side?"}}
    path = study(traits=["party"], population={"generate": 4, "attributes": shares})
    (trait,) = make_backstories_plan(load_backstories(path), path).pools["told"].traits.attributes
    assert (trait.name, set(trait.values), trait.question) == ("party", {"Left", "Right"}, "Which side?")
