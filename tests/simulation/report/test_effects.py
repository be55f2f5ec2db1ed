"""Effects: the numbers in the tables are the metrics', and the figure draws every contrast."""

import re

import made_up

from minipublic.simulation.report.effects import effects_parts


def test_the_table_holds_the_agreements_with_intervals():
    parts = effects_parts({"effects": {"bio": made_up.effects()}})
    cells = dict(zip(parts["heads"][1:], parts["rows"][0]["cells"], strict=True))
    assert (cells["same sign (share; ↑)"].value, cells["same sign (share; ↑)"].ci) == (0.875, (0.775, 0.975))
    assert cells["slope (near 1)"].value == 0.6
    assert cells["slope without noise (near 1)"].reason == "the effects differ no more than noise does"
    assert cells["n effects"] == "16"


def test_a_measure_that_no_condition_has_gets_no_column():
    effects = made_up.effects()
    for key in ("slope", "sign_agreement_where_significant"):
        del effects[key]
    heads = effects_parts({"effects": {"bio": effects}})["heads"]
    assert not [head for head in heads if "slope" in head or "human effect significant" in head]


def test_each_contrast_has_its_items():
    (condition,) = effects_parts({"effects": {"bio": made_up.effects()}})["conditions"]
    assert [c["title"] for c in condition["contrasts"]] == ["party: Democrat − Republican", "age: 18-49 − 65+"]
    first = condition["contrasts"][0]["rows"][0]
    human, simulated, sign, significance, n, _ = first["cells"]
    assert (first["names"], round(human.value, 3), round(simulated.value, 3)) == (["q0"], -0.9, -0.6)
    assert (sign, significance, n) == ("yes", "yes", "260")
    assert condition["left_out"] == ["q9: nominal: its answers have no order"]
    assert condition["verdicts"][0] == "7 significant on both sides with the same sign"


def test_the_figure_has_a_panel_for_each_contrast_with_axes_and_n():
    (condition,) = effects_parts({"effects": {"bio": made_up.effects()}})["conditions"]
    said = re.findall(r"<text[^>]*>([^<]*)</text>", condition["svg"])
    assert said.count("n = 8 items") == 2
    assert said.count("human effect (Cohen's d)") == 2
    assert said.count("n = 260 respondents") == 4


def test_effects_that_are_undefined_are_listed_and_not_drawn():
    effects = made_up.effects()
    for c in effects["contrasts"]:
        c["simulated"] = {"value": None, "ci": None, "significant": None, "n": 0, "reason": "the answers do not vary"}
        c["same_sign"] = c["same_significance"] = None
    (condition,) = effects_parts({"effects": {"bio": effects}})["conditions"]
    assert condition["svg"] == ""
    assert condition["contrasts"][0]["rows"][0]["cells"][1].reason == "the answers do not vary"
    assert condition["contrasts"][0]["rows"][0]["cells"][2] == "undefined"
