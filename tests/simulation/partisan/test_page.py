"""Published values, sentences on the spread, and what stands on the page."""

import pytest

from minipublic.simulation.partisan.published import published
from minipublic.simulation.partisan.verdicts import verdicts


def test_the_published_values_are_all_there():
    # Kang et al. 2025: people, and the last model row, of each of the three tables.
    people = {
        "hostility": ((1.630, 1.606), (2.208, 2.263), (1886, 1551), (1.262, 1.489, 3.632, 3.758, 0.155, 0.146)),
        "subversion": ((0.445, 0.398), (1.887, 1.951), (813, 723), (0.460, 0.499, 3.604, 4.556, 0.202, 0.156)),
        "meta_perception": ((1.091, 1.182), (0.761, 0.768), (533, 520), (-0.171, 0.408, -0.260, 0.678, 0.167, 0.192)),
    }
    for gap, (delta, d, n, last) in people.items():
        known = published(gap)
        assert tuple(known.gap.values()) == delta
        assert tuple(known.cohens_d.values()) == d
        assert tuple(known.n.values()) == n
        row = known.rows[-1]
        assert (*row.gap.values(), *row.cohens_d.values(), *row.wasserstein.values()) == last
        assert (row.model, row.conditioning) == ("GPT-4o", "Generative Agent")
        assert len(known.rows) == 26
        assert {r.conditioning for r in known.rows[:25]} == {"QA", "Bio", "Portray", "Anthology", "Interview"}
        assert "2504.11673" in known.source


def measured(ratio, mine, theirs):
    one = lambda value, ci: {"democrat": {"value": value, "ci": ci, "reason": "none"}}  # noqa: E731
    humans = {"extremes": one(0.4, theirs)}
    spread = {"variance_ratio": one(0.5, ratio), "extremes": one(0.1, mine)}
    return {"parties": {"democrat": "Democrats"}, "humans": humans, **spread}


@pytest.mark.parametrize(
    ("ratio", "mine", "said"),
    [
        ([0.3, 0.7], [0.0, 0.2], "too much alike, and avoid the ends of the scale: Cohen's d comes out larger"),
        ([0.3, 0.7], [0.0, 0.5], "too much alike: Cohen's d comes out larger"),
        ([1.2, 2.0], [0.0, 0.5], "differ more than people do"),
        ([0.8, 1.2], [0.0, 0.2], "not told from people's, but answers at the ends are rarer"),
        ([0.8, 1.2], [0.6, 0.7], "answers at the ends are more common"),
        ([0.8, 1.2], [0.3, 0.5], "not excluded; nor is any between 0.800 and 1.200"),
        (None, [0.3, 0.5], "Without an interval"),
    ],
)
def test_what_the_spread_betrays(ratio, mine, said):
    (sentence,) = verdicts("qa", measured(ratio, mine, [0.35, 0.45]))
    assert said in sentence
    assert sentence.startswith("qa, Democrats: variance of scores 0.500")


def test_without_people_nothing_is_said_of_the_spread():
    (sentence,) = verdicts("qa", {"parties": {}, "extremes": {}})
    assert "no people to compare with" in sentence
