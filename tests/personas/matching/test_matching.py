"""Matching: the largest sum against scipy's, ties, missing traits, what is reported."""

import collections
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from minipublic import Attribute, Persona
from minipublic.personas.matching import MatchingError, match
from minipublic.personas.matching.profiles import make_profile

TRAITS = (Attribute("party", ("D", "R", "I")), Attribute("age", ("young", "old")))


def dense(personas, humans, traits):
    """Every weight, pair by pair, from the definition."""
    weights = np.ones((len(humans), len(personas)))
    for trait in traits:
        labels = set(trait.values) | {h[trait.name] for h in humans if h.get(trait.name)}
        labels |= {v for p in personas for v in p.traits.get(trait.name, ())}
        labels |= {p.attributes[trait.name] for p in personas if trait.name in p.attributes}
        for i, human in enumerate(humans):
            for j, persona in enumerate(personas):
                distribution = persona.traits.get(trait.name)
                if distribution is None and trait.name in persona.attributes:
                    distribution = {persona.attributes[trait.name]: 1.0}
                if distribution is None or not human.get(trait.name):
                    weights[i, j] *= 1 / len(labels)
                else:
                    weights[i, j] *= distribution.get(human[trait.name], 0.0)
    return weights


def shares(labels):
    """Distributions with many repetitions and zeros: counts over their sum."""
    counts = st.lists(st.integers(0, 3), min_size=len(labels), max_size=len(labels)).filter(any)
    return counts.map(lambda ns: {label: n / sum(ns) for label, n in zip(labels, ns, strict=True)})


@st.composite
def personas_and_humans(draw):
    people = []
    for k in range(draw(st.integers(1, 9))):
        traits, attributes = {}, {}
        for trait in TRAITS:
            kind = draw(st.sampled_from(["drawn", "certain", "unknown"]))
            if kind == "drawn":
                traits[trait.name] = draw(shares(trait.values))
            elif kind == "certain":
                attributes[trait.name] = draw(st.sampled_from(trait.values))
        people.append(Persona(f"p{k}", attributes, traits=traits))
    labels = {t.name: st.sampled_from((*t.values, "", "elsewhere")) for t in TRAITS}
    humans = draw(st.lists(st.fixed_dictionaries(labels), min_size=1, max_size=len(people)))
    return people, humans


@settings(max_examples=300, deadline=None)
@given(personas_and_humans())
def test_the_largest_sum_is_scipys_and_is_proven(case):
    personas, humans = case
    weights = dense(personas, humans, TRAITS)
    found = match(personas, humans, TRAITS, "max_weight")
    rows, columns = linear_sum_assignment(weights, maximize=True)
    best = weights[rows, columns].sum()
    assert found.weights.sum() == pytest.approx(best, abs=1e-9)
    assert found.bound == pytest.approx(best, abs=1e-9)
    assert len(set(found.personas)) == len(humans)
    np.testing.assert_allclose(found.weights, weights[np.arange(len(humans)), found.personas], atol=1e-12)


@settings(max_examples=100, deadline=None)
@given(personas_and_humans(), st.integers(0, 5))
def test_greedy_takes_a_best_persona(case, seed):
    personas, humans = case
    weights = dense(personas, humans, TRAITS)
    found = match(personas, humans, TRAITS, "greedy", seed)
    np.testing.assert_allclose(weights[np.arange(len(humans)), found.personas], weights.max(axis=1), atol=1e-12)
    np.testing.assert_allclose(found.weights, weights.max(axis=1), atol=1e-12)


def public(n, seed, labels=(6, 2, 5, 3)):
    """Made-up personas, half of whose traits are certain, and the traits."""
    random = np.random.default_rng(seed)
    traits = [Attribute(f"t{k}", tuple(f"v{v}" for v in range(size))) for k, size in enumerate(labels)]
    personas = []
    for k in range(n):
        told = {}
        for trait in traits:
            shares = random.dirichlet(np.ones(len(trait.values)))
            counts = random.multinomial(1 if random.random() < 0.5 else 40, shares)
            told[trait.name] = dict(zip(trait.values, (counts / counts.sum()).tolist(), strict=True))
        personas.append(Persona(f"p{k}", traits=told))
    return personas, traits, random


@pytest.mark.parametrize("n", [60, 150])
def test_with_competition(n):
    personas, traits, random = public(150, seed=n)
    humans = [{t.name: str(random.choice([*t.values, ""])) for t in traits} for _ in range(n)]
    weights = dense(personas, humans, traits)
    rows, columns = linear_sum_assignment(weights, maximize=True)
    found = match(personas, humans, traits, "max_weight")
    assert found.weights.sum() == pytest.approx(weights[rows, columns].sum(), rel=1e-12)
    assert 0 <= found.summary()["weight_gap"] + 1e-12 <= 1e-9


def test_the_methods_in_order():
    personas, traits, random = public(80, seed=1)
    humans = [{t.name: str(random.choice(t.values)) for t in traits} for _ in range(60)]
    sums = {
        method: match(personas, humans, traits, method).weights.sum() for method in ("greedy", "max_weight", "random")
    }
    weights, left, one_by_one = dense(personas, humans, traits), set(range(80)), 0.0
    for row in weights:  # each human in turn takes the best persona that is left
        taken = max(left, key=lambda j, row=row: row[j])
        left.remove(taken)
        one_by_one += row[taken]
    assert sums["greedy"] > sums["max_weight"] > one_by_one > sums["random"]


def test_ties_are_drawn_by_the_seed_and_the_name():
    personas = [Persona(f"p{k}", {"party": "D" if k % 2 else "R"}) for k in range(8)]
    humans = [{"party": "D"}] * 400
    first = match(personas, humans, TRAITS[:1], "greedy", seed=1)
    drawn = collections.Counter(first.personas.tolist())
    assert set(drawn) == {1, 3, 5, 7}
    assert all(60 <= n <= 140 for n in drawn.values())  # 100 each on average, sd 8.7
    assert (first.personas == match(personas, humans, TRAITS[:1], "greedy", seed=1).personas).all()
    assert (first.personas != match(personas, humans, TRAITS[:1], "greedy", seed=2).personas).any()
    names = [f"h{k}" for k in range(400)]
    named = match(personas, humans, TRAITS[:1], "greedy", 1, names).personas
    turned = match(personas, humans, TRAITS[:1], "greedy", 1, names[::-1]).personas
    assert (named == turned[::-1]).all()  # the order of the humans changes nothing


def test_equal_products_are_ties_whatever_their_rounding():
    assert 0.1 * 0.2 * 0.3 != 0.3 * 0.2 * 0.1
    names = ("x", "y", "z")
    chances = {"a": (0.1, 0.2, 0.3), "b": (0.3, 0.2, 0.1)}
    personas = [
        Persona(id, traits={name: {"yes": p, "no": 1 - p} for name, p in zip(names, ps, strict=True)})
        for id, ps in chances.items()
    ]
    found = match(personas, [dict.fromkeys(names, "yes")] * 40, [Attribute(name) for name in names], "greedy")
    assert set(found.personas) == {0, 1}


def test_more_labels_make_a_missing_value_count_less():
    personas = [Persona("a", {"party": "D"}), Persona("b", traits={"party": {"R": 1.0}})]
    assert match(personas, [{}], [Attribute("party")], "greedy").weights == [1 / 2]
    assert match(personas, [{}], TRAITS[:1], "greedy").weights == [1 / 3]
    assert match(personas, [{}, {"party": "Green"}], TRAITS[:1], "greedy").weights.tolist() == [1 / 4, 0.0]


def test_traits_come_before_attributes_and_nothing_told_is_uniform():
    personas = [
        Persona("a", {"party": "D"}, traits={"party": {"R": 0.75, "D": 0.25}}),
        Persona("b"),
        Persona("c", {"party": "D"}),
    ]
    profile = make_profile(TRAITS[0], personas, [{"party": "R"}, {}])
    assert profile.labels == ("D", "R", "I")
    np.testing.assert_allclose(profile.probabilities[:3].T, [[0.25, 0.75, 0], [1 / 3] * 3, [1, 0, 0]])
    np.testing.assert_allclose(profile.probabilities[3], 1 / 3)
    assert profile.codes.tolist() == [1, 3]
    assert profile.uninformed == 1


def test_more_humans_than_personas():
    personas, humans = [Persona("a", {"party": "D"})], [{"party": "D"}, {"party": "D"}]
    assert match(personas, humans, TRAITS[:1], "greedy").summary()["largest_reuse"] == 2
    for method in ("max_weight", "random"):
        with pytest.raises(MatchingError, match="2 humans and only 1 personas; make more personas"):
            match(personas, humans, TRAITS[:1], method)


@pytest.mark.parametrize(
    ("personas", "humans", "traits", "method", "said"),
    [
        ([], [{}], TRAITS, "greedy", "no personas"),
        ([Persona("a")], [], TRAITS, "greedy", "no humans"),
        ([Persona("a")], [{}], [], "greedy", "no traits"),
        ([Persona("a")], [{}], TRAITS, "best", "no method 'best'; there are greedy, max_weight, random"),
        (
            [Persona("a")],
            [{}],
            [Attribute("faith")],
            "greedy",
            "no persona and no human has a value of the trait 'faith'",
        ),
    ],
)
def test_what_cannot_be_matched(personas, humans, traits, method, said):
    with pytest.raises(MatchingError, match=said):
        match(personas, humans, traits, method)


def test_other_spellings_are_noted():
    personas = [Persona("a", {"party": "Democrat"}), Persona("b", {"party": "Republican"})]
    found = match(personas, [{"party": "democrat"}, {"party": "Green"}], [Attribute("party")], "max_weight")
    assert found.weights.tolist() == [0, 0]
    assert found.notes == (
        "1 human has party 'democrat', which no persona can have, so their weights are 0; is it another spelling of 'Democrat'?",
        "1 human has party 'Green', which no persona can have, so their weights are 0",
    )


def test_summary():
    personas = [Persona("a", traits={"party": {"D": 0.8, "R": 0.2}}), Persona("b", {"party": "R"}), Persona("c")]
    humans = [{"party": "D"}, {"party": "R"}, {"party": "R"}, {}]
    told = match(personas, humans, [Attribute("party", ("D", "R"))], "greedy").summary()
    # 0.8 (a), 1 (b), 1 (b), and 1/2 with any
    assert told["weight_sum"] == pytest.approx(3.3)
    assert told["log_sum"] == pytest.approx(math.log(0.8) + math.log(0.5))
    assert (told["zeros"], told["weight_bound"], told["humans_missing_traits"], told["labels"]) == (
        0,
        None,
        1,
        {"party": 2},
    )
    assert told["largest_reuse"] in (2, 3)
    agreement = told["agreement"]["party"]
    assert agreement["value"] == pytest.approx(2.8 / 3)
    # random: D has (0.8 + 0 + 0.5) / 3, R has (0.2 + 1 + 0.5) / 3
    assert agreement["random"] == pytest.approx((1.3 / 3 + 2 * 1.7 / 3) / 3)
    # two clusters, deviations -0.4/3 and 2 * 0.2/3: se = sqrt(2 * 2 * (0.4/3)^2) / 3
    error = math.sqrt(2 * 2 * (0.4 / 3) ** 2) / 3
    assert agreement["ci"] == pytest.approx([2.8 / 3 - 1.959964 * error, 1.0])
    assert (agreement["n"], agreement["missing"], agreement["uninformed"]) == (3, 1, 1)


@pytest.mark.parametrize(("party", "value", "ci"), [("D", 1.0, [0.4385, 1.0]), ("R", 0.0, [0.0, 0.5615])])
def test_agreement_of_all_or_of_none_is_not_certain(party, value, ci):
    personas = [Persona(f"p{k}", {"party": "D"}) for k in range(3)]
    told = match(personas, [{"party": party}] * 3, TRAITS[:1], "max_weight").summary()["agreement"]["party"]
    assert told["value"] == value
    assert told["ci"] == pytest.approx(ci, abs=1e-4)  # 3 / (3 + 1.96²)


def test_zeros_are_matched_too():
    personas = [Persona(f"p{k}", {"party": "D"}) for k in range(3)]
    told = match(personas, [{"party": "R"}, {"party": "D"}, {"party": "R"}], TRAITS[:1], "max_weight").summary()
    assert (told["weight_sum"], told["zeros"], told["distinct_personas"], told["log_sum"]) == (1.0, 2, 3, 0.0)


def test_random_is_one_to_one_and_as_good_as_expected():
    personas, traits, random = public(300, seed=4)
    humans = [{t.name: str(random.choice(t.values)) for t in traits} for _ in range(300)]
    found = match(personas, humans, traits, "random", seed=3)
    assert sorted(found.personas) == list(range(300))
    assert (found.personas != match(personas, humans, traits, "random", seed=4).personas).any()
    for agreement in found.summary()["agreement"].values():
        assert abs(agreement["value"] - agreement["random"]) < 0.08  # a standard error is 0.02
