"""Each dial moves what it says, and nothing else."""

import math
import subprocess
import sys

import numpy as np
import pytest

from minipublic.models import load_model
from minipublic.models.errors import ModelSpecError
from minipublic.models.synthetic import GradedItem, Parties, SyntheticModel, SyntheticPublic, as_people, dials
from minipublic.models.synthetic.graded import graded_probabilities

POSITIONS = {"party": {"D": [0.8, 0.0], "R": [-0.8, 0.0]}, "age": {"old": [0.0, 0.5], "young": [0.0, -0.5]}}
SHARES = {"party": {"D": 1, "R": 1}, "age": {"old": 1, "young": 1}}
PUBLIC = {"dimensions": 2, "positions": POSITIONS, "shares": SHARES, "residual_sd": 0.6, "wording_sd": 0.0}
ITEM = GradedItem((1.5, 0.5), (-1.0, 0.0, 1.0))
PEOPLE = [(f"p{k}", {"party": "DR"[k % 2], "age": ("old", "young")[k // 2 % 2]}) for k in range(4000)]


def attitudes(public, style="qa", people=PEOPLE):
    return np.array([public.attitude(name, traits, style=style) for name, traits in people])


def test_given_positions_are_where_the_people_of_a_label_stand():
    found = attitudes(SyntheticPublic(**PUBLIC))
    for party, age, expected in (("D", "old", (0.8, 0.5)), ("R", "young", (-0.8, -0.5))):
        some = [k for k, (_, traits) in enumerate(PEOPLE) if traits == {"party": party, "age": age}]
        assert found[some].mean(0) == pytest.approx(expected, abs=4 * 0.6 / math.sqrt(1000))
        assert found[some].std(0) == pytest.approx([0.6, 0.6], rel=0.1)
    odd = SyntheticPublic(**PUBLIC | {"residual_sd": [0.0, 0.6]})
    assert odd.attitude("x", {"party": "D", "hair": "red", "age": "no such label"})[0] == 0.8
    assert attitudes(odd)[:, 0].tolist() == [0.8, -0.8] * 2000


def test_residuals_without_positions_change_nothing():
    assert np.array_equal(attitudes(SyntheticPublic()), attitudes(SyntheticPublic(residual_sd=3.0)))


@pytest.mark.parametrize("given", [{}, PUBLIC])
def test_fidelity_is_the_correlation_of_what_is_told_and_what_is_answered(given):
    # Without the wording's shift, which is another fault.
    options = {"wording_sd": 0.0} | given
    # Derived directions are standard normal over many labels, not over two.
    people = PEOPLE if given else [(name, {"party": f"party {name}"}) for name, _ in PEOPLE]
    told = attitudes(SyntheticPublic(**options), people=people)
    for fidelity in (0.0, 0.6):
        heard = attitudes(SyntheticPublic(**options, fidelity=fidelity), people=people)
        for k in range(told.shape[1]):
            assert np.corrcoef(told[:, k], heard[:, k])[0, 1] == pytest.approx(fidelity, abs=4 / math.sqrt(4000))
        # The whole public is as wide as it was.
        assert heard.std(0) == pytest.approx(told.std(0), rel=0.06)
        assert heard.mean(0) == pytest.approx(told.mean(0), abs=0.1)
    assert np.array_equal(told, attitudes(SyntheticPublic(**options, fidelity=1), people=people))


def test_each_style_is_misheard_in_its_own_way_and_nobody_who_says_nothing():
    public = SyntheticPublic(**PUBLIC, fidelity=0.5)
    told = {"party": "D", "age": "old"}
    assert public.attitude("p", told, style="qa") != public.attitude("p", told, style="bio")
    assert public.attitude("p", told, style="qa") == public.attitude("p", told, style="qa")
    assert public.attitude("p", told, style="none") == (0.0, 0.0)
    silent = SyntheticPublic(**PUBLIC | {"residual_sd": 0.0}, fidelity=0.5)
    assert silent.attitude("p", {"hair": "red"}) == (0.0, 0.0)


def test_a_subgroups_bias_moves_the_people_known_to_be_of_it_and_nobody_else():
    plain = SyntheticPublic(**PUBLIC)
    biased = SyntheticPublic(**PUBLIC, subgroup_bias={"party": {"R": [0.0, -1.0]}, "age": {"old": [0.25, 0.0]}})
    moved = attitudes(biased) - attitudes(plain)
    for shift, (_, traits) in zip(moved, PEOPLE, strict=True):
        expected = (0.25 * (traits["age"] == "old"), -1.0 * (traits["party"] == "R"))
        assert shift == pytest.approx(expected)
    assert biased.attitude("p", {"party": "D"}) == plain.attitude("p", {"party": "D"})
    assert biased.attitude("p", {"party": "R"}, style="none") == (0.0, 0.0)


def test_imagination_is_how_far_personas_of_the_same_attributes_differ():
    for share in (0.0, 0.5):
        found = attitudes(SyntheticPublic(**PUBLIC, imagination=share))
        some = [k for k, (_, traits) in enumerate(PEOPLE) if traits == {"party": "D", "age": "old"}]
        assert found[some].std(0) == pytest.approx([0.6 * share] * 2, rel=0.1, abs=1e-12)
        assert found[some].mean(0) == pytest.approx((0.8, 0.5), abs=0.08)
    derived = attitudes(SyntheticPublic(imagination=0.0, wording_sd=0.0))
    assert len({tuple(a) for a in derived.round(12)}) == 4


def test_a_pull_to_the_middle_by_hand():
    assert dials.pulled((0.5, 0.2, 0.2, 0.1), 0.4) == pytest.approx((0.3, 0.4, 0.24, 0.06))
    assert dials.pulled((0.6, 0.2, 0.2), 0.5) == pytest.approx((0.3, 0.6, 0.1))
    # Two answers have no middle.
    assert dials.pulled((0.9, 0.1), 0.9) == (0.9, 0.1)


@pytest.mark.parametrize("latent", [-2.0, 0.0, 0.7])
def test_a_pull_keeps_the_mean_nearly_and_shrinks_the_spread(latent):
    before = np.array(graded_probabilities(latent, (-2.0, -0.7, 0.7, 2.0)))
    codes = np.arange(5)
    means, variances, ends = [], [], []
    for pull in (0.0, 0.3, 0.6, 0.9):
        p = np.array(dials.pulled(tuple(before), pull))
        assert p.sum() == pytest.approx(1)
        means.append(p @ codes)
        variances.append(p @ codes**2 - (p @ codes) ** 2)
        ends.append(p[0] + p[-1])
        assert means[-1] - means[0] == pytest.approx(pull * (before[0] - before[-1]))
        assert ends[-1] == pytest.approx((1 - pull) * ends[0])
    assert variances == sorted(variances, reverse=True)
    assert variances[-1] < 0.6 * variances[0]


def test_a_pull_moves_scales_only():
    plain, pulled = SyntheticPublic(), SyntheticPublic(middle_pull=0.8)
    context = {"persona": "p", "attributes": {"party": "D"}, "question_text": "Which?", "proposition": "So be it."}
    nominal = context | {"ordinal": False}
    assert pulled.probabilities(nominal, 4) == plain.probabilities(nominal, 4)
    assert pulled.attitude("p", {"party": "D"}) == plain.attitude("p", {"party": "D"})
    for step in ("item", "position"):
        p, q = (public.probabilities(context | {"step": step}, 5) for public in (plain, pulled))
        assert q == pytest.approx(dials.pulled(p, 0.8))


def test_people_are_the_public_without_its_faults():
    model = SyntheticPublic(
        **PUBLIC | {"wording_sd": 0.3},
        fidelity=0.3,
        imagination=0.1,
        middle_pull=0.5,
        subgroup_bias={"party": {"R": [1.0, 0.0]}},
        parties=Parties(hostility=4.0),
    )
    assert as_people(model) == SyntheticPublic(**PUBLIC)
    assert model.teller_attitude("p7", PEOPLE[7][1]) == SyntheticPublic(**PUBLIC).attitude("p7", PEOPLE[7][1])


DIALS = {
    "shares": {"party": {"D": 1.0}},
    "flaw_rate": 0.3,
    "critic_sensitivity": 0.5,
    "story_facts": 1,
    "positions": {"party": {"D": [1, 0, 0]}},
    "residual_sd": 0.5,
    "imagination": 0.5,
    "fidelity": 0.5,
    "middle_pull": 0.5,
    "subgroup_bias": {"party": {"D": [1, 0, 0]}},
    "parties": {"hostility": 3},
}


def test_every_dial_names_another_model():
    names = {load_model("synthetic:default", **{name: value}).name for name, value in DIALS.items()}
    assert len(names) == len(DIALS)
    assert all(name.startswith("synthetic:default+") for name in names)
    assert load_model("synthetic:default", fidelity=1, middle_pull=0, parties={}).name == "synthetic:default"
    # Numbers of another type and labels in another order are the same public.
    one = load_model("synthetic:default", shares={"a": {"x": 1, "y": 3}}, residual_sd=[1, 1, 1])
    two = load_model("synthetic:default", shares={"a": {"y": 0.75, "x": 0.25}}, residual_sd=1.0)
    assert one.name == two.name
    assert one.public.shares == {"a": {"x": 0.25, "y": 0.75}}


# Computed before there were dials: what was run then must be found again in its journal.
GOLDEN_MARKS = {"wording_sd": (0.0, "9dfc5cb1"), "dimensions": (2, "3d90cbf7")}


def test_publics_without_dials_keep_their_marks():
    for option, (value, mark) in GOLDEN_MARKS.items():
        assert SyntheticModel(**{option: value}).name == f"synthetic:default+{mark}"


def test_another_process_mishears_the_same():
    code = (
        "from minipublic.models.synthetic import SyntheticPublic\n"
        "print(SyntheticPublic(fidelity=0.4).attitude('p1', {'party': 'D'}, style='qa'))"
    )
    said = {
        subprocess.run([sys.executable, "-c", code], env={"PYTHONHASHSEED": s}, capture_output=True, text=True).stdout
        for s in ("1", "2")
    }
    assert said == {f"{SyntheticPublic(fidelity=0.4).attitude('p1', {'party': 'D'}, style='qa')}\n"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"fidelity": 1.1}, "fidelity must be a number from 0 to 1, got 1.1"),
        ({"fidelity": True}, "fidelity must be a number"),
        ({"middle_pull": 1.0}, "middle_pull must be a number from 0 below 1, got 1.0"),
        ({"flaw_rate": -0.1}, "flaw_rate"),
        ({"critic_sensitivity": "high"}, "critic_sensitivity"),
        ({"imagination": None}, "imagination"),
        ({"story_facts": -1}, "story_facts must be a whole number from 0 up"),
        ({"shares": {"party": {"D": -1}}}, "shares: party: D must be a number from 0"),
        ({"shares": {"party": {"D": 0}}}, "shares: party: one label at least needs a share above 0"),
        ({"shares": {"party": ["D"]}}, "shares: party must be a mapping"),
        ({"positions": [1]}, "positions must be a mapping"),
        ({"positions": {"party": {"D": [1.0]}}}, "positions: party: D has 1 numbers for a public of 3 dimensions"),
        ({"positions": {"party": {"D": "left"}}}, "positions: party: D must be a list of"),
        ({"residual_sd": [1.0]}, "residual_sd has 1 numbers for a public of 3"),
        ({"residual_sd": -1.0}, "residual_sd must be a number from 0"),
        ({"subgroup_bias": {"party": {"D": [1.0, 2.0, float("nan")]}}}, "subgroup_bias: party: D"),
        ({"parties": {"hate": 2}}, "parties must be a mapping of hostility, loyalty, exaggeration, spread"),
        ({"parties": {"spread": -1}}, "parties: spread must be a number from 0"),
        ({"fidellity": 0.5}, "no option 'fidellity'; did you mean fidelity"),
    ],
)
def test_a_wrong_dial_is_named(options, message):
    with pytest.raises(ModelSpecError, match=message):
        load_model("synthetic:default", **options)
