"""What must come out of a study whose truth is known: which matching, and which stories, bring answers closer to people's.

The people are made up (`strangers`), the stories told and the answers given by the synthetic model, and everything between
is the study as anybody runs it. With each of the seeds 1 to 5 every ordering held, and all intervals were below 0 but two: ten
questions against five with seed 3, -0.016 [-0.050, 0.011], and the critic with seed 4, -0.020 [-0.047, 0.012].
"""

import pytest
from strangers import MODEL, SHARES, make_people, measured, write_study

from minipublic.simulation.errors import InputError

# Of six traits three are looked for: a persona that fits in all is found for most people in a pool of this size.
TRAITS = ["party", "age", "education"]


def study(folder, n, pools, conditions, seed=1, **options):
    """The metrics of a study in which the stories alone are told, of n of 1,500 people."""
    make_people(folder, 1500, seed)
    model = MODEL | {"options": MODEL["options"] | options}
    told = [{"style": "backstory", **condition} for condition in conditions]
    people = {"from_humans": True, "sample": n}
    path = write_study(
        folder, seed=seed, model=model, population=people, traits=TRAITS, backstories=pools, conditions=told
    )
    return measured(path, folder / "out")


def distances(metrics):
    """By pool and method, the mean Wasserstein distance from the people."""
    rows = {row["condition"]: (row["backstories"], row["matching"]) for row in metrics["rows"]}
    return {rows[name]: found["wasserstein"]["value"] for name, found in metrics["conditions"].items()}


def difference(metrics, closer, farther):
    """The paired difference of two conditions' distances and its interval; below 0, the first is closer."""
    rows = {(row["backstories"], row["matching"]): row["condition"] for row in metrics["rows"]}
    a, b = rows[closer], rows[farther]
    for found in metrics["comparisons"]:
        if found["metric"] == "wasserstein" and {found["a"], found["b"]} == {a, b}:
            low, high = found["ci"]
            return (found["value"], low, high) if found["a"] == a else (-found["value"], -high, -low)
    raise KeyError((a, b))


@pytest.fixture(scope="module")
def matched(tmp_path_factory):
    """One open question whose answer tells all of a person; 600 stories, and the first 75 and 20 of them."""
    pools = {
        "stories_600": {"method": "natural", "n": 600},
        "stories_75": {"from": "stories_600", "most": 75},
        "stories_20": {"from": "stories_600", "most": 20},
    }
    conditions = [
        {"backstories": "stories_600", "matching": ["random", "max_weight"]},
        {"backstories": list(pools), "matching": "greedy"},
    ]
    return study(tmp_path_factory.mktemp("matched"), 150, pools, conditions, story_facts=9, flaw_rate=0.0)


def test_random_matching_is_the_worst(matched):
    for method in ("max_weight", "greedy"):
        value, _, high = difference(matched, ("stories_600", method), ("stories_600", "random"))
        assert value < -0.04
        assert high < 0


# The first test makes the study in the default suite; on another of its workers it would be made again.
@pytest.mark.slow
@pytest.mark.parametrize(("more", "fewer"), [(600, 75), (75, 20)])
def test_more_stories_are_better(matched, more, fewer):
    value, _, high = difference(matched, (f"stories_{more}", "greedy"), (f"stories_{fewer}", "greedy"))
    assert value < -0.01
    assert high < 0


@pytest.mark.slow
def test_more_stories_are_better_because_they_fit_better(matched):
    weights = [matched["matching"][f"backstory / stories_{n} / greedy"]["weight_mean"] for n in (20, 75, 600)]
    assert weights[0] < weights[1] - 0.1 < weights[2] - 0.2
    assert matched["matching"]["backstory / stories_600 / random"]["weight_mean"] < 0.1


@pytest.fixture(scope="module")
def interviewed(tmp_path_factory):
    """Interviews of ten questions, each answer telling one thing more, and the first parts of them.

    Those who tell are like the people here, and stories are matched one to one, so that only what is told tells the
    pools apart.
    """
    pools = {
        "questions_10": {"method": "interview", "n": 300, "critic": False},
        **{f"questions_{n}": {"from": "questions_10", "turns": n} for n in (1, 2, 5)},
    }
    conditions = [{"backstories": list(pools), "matching": "max_weight"}]
    folder = tmp_path_factory.mktemp("interviewed")
    return study(folder, 300, pools, conditions, story_facts=1, flaw_rate=0.0, shares=SHARES)


@pytest.mark.slow
@pytest.mark.parametrize(("longer", "shorter"), [(10, 5), (5, 2), (2, 1)])
def test_longer_stories_are_better(interviewed, longer, shorter):
    pools = (f"questions_{longer}", "max_weight"), (f"questions_{shorter}", "max_weight")
    value, _, high = difference(interviewed, *pools)
    assert value < -0.01
    assert high < 0


@pytest.fixture(scope="module")
def checked(tmp_path_factory):
    """Interviews of three questions, in which half of all answers are flawed, with a critic and without."""
    folder = tmp_path_factory.mktemp("checked")
    (folder / "questions.txt").write_text("Where did you grow up?\nWhat did you work as?\nWhat do you care about?\n")
    made = {"method": "interview", "n": 300, "script": "questions.txt"}
    pools = {"checked": made | {"attempts": 20}, "unchecked": made | {"critic": False}}
    conditions = [{"backstories": list(pools), "matching": "max_weight"}]
    return study(folder, 300, pools, conditions, story_facts=3, flaw_rate=0.5, shares=SHARES)


@pytest.mark.slow
def test_checked_stories_are_better(checked):
    value, _, high = difference(checked, ("checked", "max_weight"), ("unchecked", "max_weight"))
    assert value < -0.01
    assert high < 0


@pytest.mark.slow
def test_most_flawed_answers_were_written_again(checked):
    rejected = checked["pools"]["checked"]["rejected"]
    assert 0.4 < rejected["value"] < 0.55
    assert checked["pools"]["unchecked"]["rejected"] is None


def test_too_few_stories_are_noticed_before_any_is_told(tmp_path):
    pools = {"few": {"method": "natural", "n": 10}}
    with pytest.raises(InputError, match=r"max_weight gives each of 12 people .* `backstories\.few` has 10 at most"):
        study(tmp_path, 12, pools, [{"backstories": "few", "matching": "max_weight"}])
    assert not (tmp_path / "out").exists()
