"""Conditions of a study: what lists stand for, and what does not go together."""

import pytest

from minipublic.simulation.errors import InputError
from minipublic.simulation.loading import load_study

POOLS = {"open": {"method": "natural", "n": 5}, "asked": {"method": "interview", "n": 5}}
STORIES = {"backstories": POOLS, "traits": ["party"]}


def names(path) -> list[str]:
    return [c.name for c in load_study(path).conditions]


def test_lists_stand_for_every_combination(survey):
    told = {"style": "backstory", "backstories": ["open", "asked"], "matching": ["random", "greedy"]}
    assert names(survey(**STORIES, conditions=["qa", told])) == [
        "qa",
        "backstory / open / random",
        "backstory / open / greedy",
        "backstory / asked / random",
        "backstory / asked / greedy",
    ]


def test_a_name_is_kept_and_told_apart_by_what_is_listed(survey):
    models = {"a": "synthetic:a", "b": "synthetic:b"}
    entry = {"name": "traits", "style": "bio", "model": ["a", "b"]}
    path = survey(models=models, model="a", conditions=[entry])
    assert names(path) == ["traits / a", "traits / b"]
    assert [c.model.spec for c in load_study(path).conditions] == ["synthetic:a", "synthetic:b"]


def test_one_model_by_section_names_its_spec(survey):
    path = survey(conditions=[{"style": "qa", "model": {"spec": "synthetic:other", "options": {"dimensions": 2}}}])
    assert names(path) == ["qa / synthetic:other"]


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"style": "backstory", "backstories": "open"}, "`backstories` needs `matching` beside it"),
        ({"style": "backstory", "matching": "greedy"}, "`matching` needs `backstories` beside it"),
        ({"style": "bio", "backstories": "open", "matching": "greedy"}, "the style 'bio' tells no story"),
        (
            {"style": "backstory", "backstories": "opne", "matching": "own"},
            "no pool is called 'opne'; did you mean `open`",
        ),
        (
            {"style": "backstory", "backstories": "open", "matching": "closest"},
            "'greedy', 'max_weight', 'random' or 'own'",
        ),
    ],
)
def test_what_does_not_go_together_is_named(survey, entry, said):
    with pytest.raises(InputError, match="conditions") as caught:
        load_study(survey(**STORIES, conditions=["qa", entry]))
    assert said in str(caught.value)


def test_matching_needs_traits(survey):
    told = {"style": "backstory", "backstories": "open", "matching": "greedy"}
    with pytest.raises(InputError, match="list the attributes to match by"):
        load_study(survey(backstories=POOLS, conditions=[told]))


def test_an_ablation_is_of_stories_that_are_told(survey):
    evaluation = {"ablations": {"length": ["open", "asked"]}}
    told = {"style": "backstory", "backstories": "open", "matching": "greedy"}
    with pytest.raises(InputError, match=r"no condition has the stories of 'asked'"):
        load_study(survey(**STORIES, conditions=[told], evaluation=evaluation))
