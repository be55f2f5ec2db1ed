"""Ablations: what is on the axis, and what the table beneath says."""

import re

import made_up
import pytest

from minipublic.simulation.report.ablations import ablation_parts, what_varies


def test_the_axis_is_what_the_pools_differ_in(metrics):
    found = made_up.ablations(metrics)
    assert [what_varies(points) for points in found.values()] == ["stories", "words", "critic"]


@pytest.mark.parametrize(
    ("changes", "axis"),
    [
        ([{}, {"words": {"value": 900, "ci": [800, 1000]}}], "words"),
        ([{}, {"stories": 1100, "words": 1900}], "pool"),  # a few stories more are no ablation
        ([{"rejected": None}, {"stories": 90}], "stories"),
        ([{"rejected": None}, {"rejected": 0.0}], "critic"),  # a critic that rejects nothing is a critic
    ],
)
def test_the_axis_of_pools_that_differ_in_several_ways(changes, axis):
    same = {"backstories": "p", "stories": 1000, "words": 2000.0, "rejected": 0.1, "conditions": {}}
    assert what_varies([same | change for change in changes]) == axis


def test_each_series_has_its_distances_at_each_pool(metrics):
    ablations = made_up.ablations(metrics)
    part = ablation_parts(metrics | {"ablations": ablations})[0]
    rows = {(row["names"][0], row["names"][-1]): row["cells"] for row in part["rows"]}
    assert [round(rows[pool, "llama-70b"][0].value, 2) for pool in ("n250", "n1000", "n4000")] == [0.30, 0.27, 0.24]
    assert rows["n250", "mixtral-8x22b"][1].ci == (1.0, 1.4)
    assert part["rows"][0]["names"] == ["n250", "250", "2,000", "0.100", "llama-70b"]


def test_the_figure_says_its_axes_units_n_and_bound(metrics):
    parts = ablation_parts(metrics | {"ablations": made_up.ablations(metrics)})
    for part, what in zip(parts, ("stories in the pool (count)", "mean words", "critic of the stories"), strict=True):
        said = " ".join(re.findall(r"<text[^>]*>([^<]*)</text>", part["svg"]))
        assert what in said
        assert "n = 300" in said
        assert "300 human" in said
        assert "lower is better" in said or "lower is" in said
        assert "human bound (20 half-splits)" in said
        assert "llama-70b" in said


def test_a_pool_that_was_not_measured_says_why(metrics):
    ablations = made_up.ablations(metrics)
    metrics["conditions"]["llama-70b/n250"] = made_up.SKIPPED
    part = ablation_parts(metrics | {"ablations": ablations})[0]
    assert part["rows"][0]["cells"][0].value is None
    assert part["rows"][0]["cells"][0].reason == "fewer than 10 respondents on one side"


def test_a_run_without_ablations_shows_none(metrics):
    assert ablation_parts(metrics) == []
