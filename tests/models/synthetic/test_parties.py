"""Which side people take, and the gaps that come of it."""

import math
import random
from functools import cached_property

import numpy as np
import pytest

from minipublic.models.synthetic import GradedItem, Parties, SyntheticPublic
from minipublic.models.synthetic.graded import even_thresholds, graded_probabilities
from minipublic.models.synthetic.lives import read_life

SIDES = ("Democrat", "Republican")
TRAITS = ("moral", "hard_working", "open_minded", "intelligent", "honest")
STILL = Parties(hostility=1.5, loyalty=1.0, exaggeration=2.0, spread=0.0)
# A model that pulls to the middle and takes sides too firmly and too alike: its gaps are right, its answers are not.
MIDDLE = {"middle_pull": 0.65, "parties": {"hostility": 2.0, "loyalty": 2.0, "exaggeration": 5.0, "spread": 0.4}}


def asked(code, perspective="self", target="", party="Democrat", **more):
    known = {"attributes": {"party": party}} if party else {}
    return {
        "persona": "p",
        "style": "qa",
        "question": code,
        "perspective": perspective,
        "target": target,
        **known,
        **more,
    }


def by_hand(latent, options=5):
    return graded_probabilities(latent, even_thresholds(options, 4.0))


@pytest.mark.parametrize(
    ("context", "latent"),
    [
        (asked("traits_moral_democrats", "ingroup", "Democrat"), -1.0),
        (asked("traits_moral_republicans", "outgroup", "Republican"), 1.5),
        (asked("traits_moral_democrats", "self", "Democrats", "Republican"), 1.5),
        (asked("traits_moral_republicans", "self", "republicans", "Republican"), -1.0),
        (asked("subversion_self_1"), -1.0),
        (asked("subversion_most_1", "outgroup"), 1.5),
        (asked("subversion_ingroup_1", "ingroup"), -1.0),
        (asked("subversion_meta_1", "meta"), 3.0),
        (asked("my_own_item", "outgroup"), 1.5),
        (asked("my_own_item", "meta", "us"), 3.0),
        (asked("my_own_item", "meta", "them"), -2.0),
        (asked("traits_moral_democrats", "self", "Democrat", party=""), 0.0),
        (asked("traits_moral_democrats", "self", "Democrat", style="none"), 0.0),
    ],
)
def test_a_high_code_is_hostile(context, latent):
    public = SyntheticPublic(parties=STILL)
    assert public.probabilities(context, 5) == pytest.approx(by_hand(latent))


@pytest.mark.parametrize(
    ("context", "latent"),
    [
        (asked("warmth_democrats", "ingroup", "Democrat"), -1.0),
        (asked("warmth_republicans", "outgroup", "Republican"), 1.5),
        (asked("meta_their_warmth_to_us", "meta", "Democrat"), 3.0),
        (asked("meta_their_warmth_to_us", "meta"), 3.0),
        (asked("meta_their_warmth_to_them", "meta", "Republican"), -2.0),
        (asked("meta_their_warmth_to_them", "meta"), -2.0),
    ],
)
def test_but_not_of_warmth(context, latent):
    public = SyntheticPublic(parties=STILL)
    assert public.probabilities(context, 5) == pytest.approx(by_hand(latent)[::-1])


def test_about_oneself_the_attitude_answers():
    bold, mild = SyntheticPublic(parties=Parties(hostility=5.0, loyalty=5.0)), SyntheticPublic()
    for context in (
        asked("Q1", question_text="Is it so?"),
        asked("Q1", target="immigrants", question_text="Is it so?"),
    ):
        assert bold.probabilities(context, 5) == mild.probabilities(context, 5)
    # And where an item's parameters are given, they hold.
    item = GradedItem((1.0, 0.0, 0.0), (-1.0, 0.0, 1.0))
    known = SyntheticPublic(items={"traits_moral_democrats": item}, attitudes={"p": (0.5, 0.0, 0.0)})
    found = known.probabilities(asked("traits_moral_democrats", "ingroup", "Democrat"), 4)
    assert found == pytest.approx(graded_probabilities(0.5, item.thresholds))


def test_a_story_tells_the_party():
    story = "For the record, my “party” is “Republican”."
    assert read_life(story, 3).traits == {"party": "Republican"}
    public = SyntheticPublic(parties=STILL)
    told = {"persona": "p", "style": "backstory", "backstory": story}
    item = {"question": "traits_moral_republicans", "perspective": "self", "target": "Republican"}
    assert public.probabilities(told | item, 5) == pytest.approx(by_hand(-1.0))


def test_fidelity_halves_the_side_taken_and_attitudes_biases_do_not_touch_it():
    context = asked("traits_moral_republicans", "outgroup", "Republican")
    assert SyntheticPublic(parties=STILL, fidelity=0.5).probabilities(context, 5) == pytest.approx(by_hand(0.75))
    biased = SyntheticPublic(parties=STILL, subgroup_bias={"party": {"Democrat": [3.0, 3.0, 3.0]}})
    assert biased.probabilities(context, 5) == pytest.approx(by_hand(1.5))


def test_respondents_differ_by_the_spread():
    public = SyntheticPublic(parties=Parties(spread=0.9))
    latents = []
    for k in range(2000):
        context = asked("traits_moral_republicans", "outgroup", "Republican") | {"persona": f"p{k}"}
        at_least_3 = sum(public.probabilities(context, 4)[2:])
        latents.append(math.log(at_least_3 / (1 - at_least_3)))
        # One person is as hostile in one item as in the next.
        again = context | {"question": "traits_honest_republicans"}
        assert public.probabilities(again, 4) == public.probabilities(context, 4)
    assert np.mean(latents) == pytest.approx(Parties().hostility, abs=0.08)
    assert np.std(latents) == pytest.approx(0.9, rel=0.05)


class Measured:
    """Gaps and their d as evaluators.partisan defines them, for the judged party in order; answers drawn by a seed."""

    def __init__(self, public, n=800):
        self.public, self.draw = public, random.Random(5)
        self.people = {party: [f"{party} {k}" for k in range(n)] for party in SIDES}
        self.traits = {
            (j, p): self.ask(j, [(f"traits_{t}_{p.lower()}s", self.view(j, p), p) for t in TRAITS], 5)
            for j in SIDES
            for p in SIDES
        }

    def view(self, judge, party):
        return "ingroup" if judge == party else "outgroup"

    def ask(self, party, items, options):
        rows = []
        for person in self.people[party]:
            drawn = []
            for code, perspective, target in items:
                context = asked(code, perspective, target, party) | {"persona": person}
                drawn += self.draw.choices(range(1, options + 1), self.public.probabilities(context, options))
            rows.append(drawn)
        return np.array(rows)

    @cached_property
    def hostility(self):
        return {party: self._hostility(party) for party in SIDES}

    @cached_property
    def subversion(self):
        return {party: self._subversion(party) for party in SIDES}

    @cached_property
    def meta_perception(self):
        return {party: self._meta_perception(party) for party in SIDES}

    def _hostility(self, party):
        other = SIDES[1 - SIDES.index(party)]
        return gap(self.traits[other, party].mean(1), self.traits[party, party].mean(1))

    def _subversion(self, party):
        other = SIDES[1 - SIDES.index(party)]
        most = self.ask(other, [(f"subversion_most_{k}", "outgroup", "") for k in range(1, 7)], 4)
        own = self.ask(party, [(f"subversion_self_{k}", "self", "") for k in range(1, 7)], 4)
        return gap((most.mean(1) - 1) / 3, (own.mean(1) - 1) / 3)

    def _meta_perception(self, party):
        other = SIDES[1 - SIDES.index(party)]
        believed = self.ask(
            other, [("meta_their_warmth_to_them", "meta", party), ("meta_their_warmth_to_us", "meta", other)], 5
        )
        felt = self.ask(
            party, [(f"warmth_{party.lower()}s", "ingroup", party), (f"warmth_{other.lower()}s", "outgroup", other)], 5
        )
        return gap(believed[:, 0] - believed[:, 1], felt[:, 0] - felt[:, 1])


def gap(a, b):
    pooled = math.sqrt((a.var(ddof=1) + b.var(ddof=1)) / 2)
    return a.mean() - b.mean(), (a.mean() - b.mean()) / pooled


@pytest.fixture(scope="module")
def people():
    return Measured(SyntheticPublic())


def test_the_defaults_come_near_the_published_gaps(people):
    # Kang et al. 2025: hostility 1.630/1.606 (d 2.208/2.263), subversion .445/.398 (d 1.887/1.951), meta-perception
    # 1.091/1.182 (d .761/.768), of Democrats and Republicans.
    for party in SIDES:
        for found, published, d in (
            (people.hostility[party], 1.62, 2.23),
            (people.subversion[party], 0.42, 1.92),
            (people.meta_perception[party], 1.14, 0.76),
        ):
            assert found[0] == pytest.approx(published, rel=0.2)
            assert found[1] == pytest.approx(d, rel=0.3)


def test_a_model_pulled_to_the_middle_has_the_gaps_but_not_the_spread(people):
    pulled = Measured(SyntheticPublic(**MIDDLE))
    for party in SIDES:
        for name in ("hostility", "subversion", "meta_perception"):
            assert getattr(pulled, name)[party][0] == pytest.approx(getattr(people, name)[party][0], rel=0.25)
        assert pulled.hostility[party][1] > 1.8 * people.hostility[party][1]
        assert pulled.subversion[party][1] > 1.8 * people.subversion[party][1]
        other = SIDES[1 - SIDES.index(party)]
        ours, theirs = pulled.traits[other, party], people.traits[other, party]
        assert np.isin(ours, (1, 5)).mean() < 0.5 * np.isin(theirs, (1, 5)).mean()
        assert ours.mean(1).var() < 0.4 * theirs.mean(1).var()


def test_hostility_and_exaggeration_widen_their_own_gap(people):
    hostile = Measured(SyntheticPublic(parties=Parties(hostility=3.0)), 200)
    believing = Measured(SyntheticPublic(parties=Parties(exaggeration=1.0)))
    assert hostile.hostility["Democrat"][0] > people.hostility["Democrat"][0] + 0.4
    assert believing.hostility["Democrat"] == people.hostility["Democrat"]
    assert believing.meta_perception["Democrat"][0] == pytest.approx(0, abs=0.25)
