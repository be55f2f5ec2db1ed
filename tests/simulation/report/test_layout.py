"""The published layout: its order, its marks, its last row, and its reasons."""

from itertools import pairwise

import made_up

from minipublic.simulation.report.caption import ALPHA, caption
from minipublic.simulation.report.grid import main_table, subgroup_tables
from minipublic.simulation.report.layout import make_layouts

HOW = {"bootstrap": 400, "replicates": 2}


def ranks(layout, metric) -> dict[str, str]:
    return {e.condition: e.cells[metric].rank for block in layout.blocks for e in block if e.cells[metric].rank}


def test_best_and_second_best_are_those_of_the_published_table(metrics):
    whole = make_layouts(metrics)[0]
    llama = [name for name in ranks(whole, "wasserstein") if name.startswith("llama")]
    assert [(name.split("/")[-1], ranks(whole, "wasserstein")[name]) for name in llama] == [
        ("max_weight", "second"),
        ("greedy", "best"),
    ]
    found = {
        name.removeprefix("mixtral-8x22b/"): r
        for name, r in ranks(whole, "cronbach_alpha").items()
        if "mixtral" in name
    }
    assert found == {"backstory (natural)/max_weight": "best", "backstory (natural)/greedy": "second"}  # the highest


def test_what_cannot_be_told_from_the_best_is_marked(metrics):
    llama = make_layouts(metrics)[0].blocks[0]
    # Differences from the best of 0.027, 0.011, 0.002, none and 0.043 with intervals of ± 0.02.
    assert [e.cells["wasserstein"].level for e in llama] == [False, True, True, False, False]
    # There is no paired difference of α: the rows behind the best are unknown.
    assert [e.cells["cronbach_alpha"].level for e in llama] == [None, None, None, False, None]


def test_a_difference_counts_in_either_direction(metrics):
    for c in metrics["comparisons"]:
        c["a"], c["b"], c["ci"] = c["b"], c["a"], [-c["ci"][1], -c["ci"][0]]
    assert [e.cells["wasserstein"].level for e in make_layouts(metrics)[0].blocks[0]] == [
        False,
        True,
        True,
        False,
        False,
    ]


def test_a_best_in_another_model_is_no_competitor(metrics):
    blocks = make_layouts(metrics)[0].blocks
    best = [e.cells["wasserstein"].value for block in blocks for e in block if e.cells["wasserstein"].rank == "best"]
    assert best == [0.227, 0.247]


def test_equal_values_share_the_best(metrics):
    metrics["conditions"][made_up.name("llama-70b", "qa", "n/a")]["wasserstein"]["value"] = 0.227
    llama = make_layouts(metrics)[0].blocks[0]
    assert [e.cells["wasserstein"].rank for e in llama] == ["", "best", "second", "best", ""]


def test_one_row_of_a_model_is_not_its_best(metrics):
    metrics["rows"] = metrics["rows"][:1]
    (only,) = make_layouts(metrics)[0].blocks[0]
    assert {c.rank for c in only.cells.values()} == {""}


def test_rows_of_a_model_and_of_a_conditioning_stand_together(metrics):
    metrics["rows"] = metrics["rows"][::2] + metrics["rows"][1::2]
    names = [(e.model, e.conditioning) for block in make_layouts(metrics)[0].blocks for e in block]
    assert names == sorted(names, key=names.index)
    assert [len(block) for block in make_layouts(metrics)[0].blocks] == [5, 5]
    changes = sum(a != b for a, b in pairwise(names))
    assert changes == len(set(names)) - 1


def test_the_bound_is_the_last_row_with_its_range_and_the_humans_alpha(metrics):
    whole = make_layouts(metrics)[0]
    last = whole.entries[-1]
    assert last is whole.bound
    assert (last.cells["wasserstein"].value, last.cells["wasserstein"].ci) == (0.057, (0.04, 0.08))
    assert (last.cells["cronbach_alpha"].value, last.cells["cronbach_alpha"].ci) == (0.784, (0.74, 0.82))
    assert main_table([whole], HOW)["rows"][-1]["kind"] == "bound"


def test_the_caption_says_how_many_on_which_scale_and_what_is_questionable(metrics):
    said = " ".join(caption(make_layouts(metrics)[0], HOW))
    assert "300 humans (effective n 240), 8 items; simulated respondents in a row: 300, 2 replicates." in said
    assert "from 400 bootstrap resamples" in said
    assert "scale codes, on the codes' own numbers" in said
    assert "best and second best within a model" in said
    assert "over 20 splits" in said
    # The best Fro. of one model has no paired difference but from the greedy row; nobody has one of α.
    assert "without this mark: Fro. 3 rows, α 8 rows." in said
    assert ALPHA in said


def test_what_is_undefined_says_why(metrics):
    bio, qa = (metrics["conditions"][made_up.name("llama-70b", style, "n/a")] for style in ("bio", "qa"))
    bio["frobenius"] = {"value": None, "ci": None, "reason": "these items do not vary: q1"}
    qa["wasserstein"] = {"value": 0.238, "ci": None, "reason": "no resamples were asked for", "scale": "codes"}
    metrics["conditions"][made_up.name("mixtral-8x22b", "bio", "n/a")] = made_up.SKIPPED
    whole = make_layouts(metrics)[0]
    said = caption(whole, HOW)
    assert "llama-70b / bio / n/a, Fro.: these items do not vary: q1." in said
    assert "llama-70b / qa / n/a, WD: no resamples were asked for." in said
    skipped = "fewer than 10 respondents on one side (4 humans, 4 simulated)"
    assert f"mixtral-8x22b / bio / n/a: {skipped}." in said
    assert {c.reason for c in whole.blocks[1][0].cells.values()} == {skipped}
    assert whole.blocks[1][0].n is None


def test_names_span_their_rows(metrics):
    rows = main_table(make_layouts(metrics), HOW)["rows"]
    assert [(r["model"], r["model_span"]) for r in rows[:-1] if r["model"]] == [("llama-70b", 5), ("mixtral-8x22b", 5)]
    assert [(r["conditioning"], r["conditioning_span"]) for r in rows[:5]] == [
        ("bio", 1), ("qa", 1), ("backstory (natural)", 3), (None, 3), (None, 3),
    ]  # fmt: skip


def test_groups_stand_side_by_side_by_attribute(metrics):
    race, age = subgroup_tables(make_layouts(metrics))
    assert [g["label"] for g in race["groups"]] == ["White", "Other"]
    assert [g["label"] for g in age["groups"]] == ["18-49", "50-64", "65+"]
    assert age["heads"] == ["WD (↓)", "Fro. (↓)", "α (↑)"] * 3
    assert [len(row["cells"]) for row in age["rows"]] == [9] * 11
    assert round(race["rows"][0]["cells"][3].value, 3) == 0.334  # bio among others: 0.254 + 0.08
    assert race["groups"][0]["n"] == "n = 120 humans (effective 96), 8 items"
    assert race["rows"][-1]["kind"] == "bound"
    (why,) = race["notes"]
    assert why == "Unknown is not shown. Every row: fewer than 10 respondents on one side (4 humans, 4 simulated)."


def test_a_run_without_rows_or_humans_has_no_layout(metrics):
    assert make_layouts({k: v for k, v in metrics.items() if k != "rows"}) == []
    assert make_layouts(metrics | {"conditions": {}}) == []
    assert main_table([], HOW) is None
