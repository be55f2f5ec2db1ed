"""Which conditions of a large study are compared with which."""

from minipublic.simulation.loading import load_study
from minipublic.simulation.survey_measures import compared_pairs

POOLS = {name: {"method": "natural", "n": 50} for name in ("few", "more", "most")}


def pairs(study, values: dict) -> list[tuple[str, str]]:
    conditions = {c.name: {"wasserstein": {"value": values.get(c.name, 0.5)}} for c in study.conditions}
    return compared_pairs(study, conditions, "wasserstein")


def test_few_conditions_are_compared_in_pairs(survey):
    study = load_study(survey(conditions=["qa", "bio", "portray"]))
    assert pairs(study, {}) == [("qa", "bio"), ("qa", "portray"), ("bio", "portray")]


def test_of_many_each_is_compared_with_the_closest_of_its_model_and_ablations_step_by_step(survey):
    told = {"style": "backstory", "backstories": list(POOLS), "matching": "greedy", "model": "a"}
    study = load_study(
        survey(
            models={"a": "synthetic:a", "b": "synthetic:b"},
            model="a",
            backstories=POOLS,
            traits=["party"],
            conditions=[{"style": ["qa", "bio"], "model": ["a", "b"]}, told],
            evaluation={"ablations": {"how many": list(POOLS)}},
        )
    )
    few, more, most = (f"backstory / {name} / greedy / a" for name in POOLS)
    assert pairs(study, {"bio / a": 0.1, "qa / b": 0.2}) == [
        ("qa / a", "bio / a"),
        ("bio / b", "qa / b"),
        (few, "bio / a"),
        (more, "bio / a"),
        (most, "bio / a"),
        ("qa / b", "bio / a"),
        (more, few),
        (most, more),
    ]
