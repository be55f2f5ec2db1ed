"""Pools, matchings and retests."""

import made_up

from minipublic.simulation.report.pools import matching_parts, pool_parts
from minipublic.simulation.report.retest import retest_parts


def test_a_pool_links_to_its_page_only_where_there_is_one(tmp_path):
    (tmp_path / "backstories" / "a b#c").mkdir(parents=True)
    (tmp_path / "backstories" / "a b#c" / "page.html").write_text("")
    pool = made_up.everything()["pools"]["interview"]
    made, read = pool_parts(tmp_path, {"pools": {"a b#c": pool, "read": pool | {"rejected": None}}})["rows"]
    assert (made["page"], read["page"]) == ("backstories/a%20b%23c/page.html", "")
    assert (made["cells"][0].text, made["cells"][0].interval) == ("2107", "[2067, 2147]")
    assert (made["cells"][1].text, read["cells"][1].reason) == ("0.120", "no critic read them")


def test_a_matching_is_reported_with_its_sums_and_agreements():
    metrics = made_up.everything()
    parts = matching_parts(metrics)
    best, greedy = (dict(zip(parts["heads"], row["names"] + row["cells"], strict=True)) for row in parts["rows"])
    assert best["stories, matching"] == "natural, max_weight"
    assert (best["distinct personas used"], best["one-to-one at most"]) == ("300", "120.500")
    assert (greedy["distinct personas used"], greedy["sum of weights (↑)"], greedy["one-to-one at most"]) == (
        "141",
        "155.250",
        "–",
    )
    assert (greedy["sum of logs, weights above 0 (↑)"], greedy["weights of 0 (↓)"]) == ("-512.2", "3")
    assert parts["agreement_heads"] == ["stories, matching", "party", "age"]
    assert parts["agreement"][1]["cells"][0].ci == (0.93 - 0.02, 0.93 + 0.02)


def test_conditions_that_share_a_matching_share_a_row():
    metrics = made_up.everything()
    before = len(matching_parts(metrics)["rows"])
    name, summary = next(iter(metrics["matching"].items()))
    twin = next(row for row in metrics["rows"] if row["condition"] == name) | {"condition": "again"}
    metrics["rows"].append(twin)
    metrics["matching"]["again"] = summary
    assert len(matching_parts(metrics)["rows"]) == before


def test_random_matching_stands_beneath_once_for_each_pool():
    metrics = made_up.everything()
    rows = matching_parts(metrics)["agreement"]
    assert [row["names"][0] for row in rows[2:]] == ["random matching, on average"]
    assert [c.value for c in rows[2]["cells"]] == [0.41, 0.27]
    next(iter(metrics["matching"].values()))["agreement"]["age"]["random"] = 0.3
    assert len(matching_parts(metrics)["agreement"]) == 4


def test_a_retest_says_what_it_is_normalised_by():
    parts = retest_parts({"retest": {"bio": made_up.retest()}})
    cells = dict(zip(parts["heads"], ["bio", *parts["rows"][0]["cells"]], strict=True))
    assert cells["normalised accuracy (↑)"].value == 0.67
    assert cells["normalised by"] == "the personas' own consistency"
    assert cells["human agrees with itself (share)"].reason == "no second wave of the humans was given"
    assert parts["by_item"][0]["rows"][0]["names"] == ["q1"]


def test_a_run_without_them_shows_none(metrics, tmp_path):
    assert pool_parts(tmp_path, metrics) is None
    assert matching_parts(metrics) is None
    assert retest_parts(metrics) is None
