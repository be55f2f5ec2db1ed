"""How much each section of a prompt can help an ideal reader: what the study in miniature is made to show."""

import math
import random
from statistics import fmean

import pytest

from minipublic.models.miniature import MiniaturePublic, mediation, policy
from minipublic.models.miniature.grammar import CRITIQUE, statement_stance, write_statement
from minipublic.models.miniature.knowledge import Knowledge, reactions_after_opinion
from minipublic.models.miniature.questions import sample_questions
from minipublic.models.seeds import derive_seed

PUBLIC = MiniaturePublic()


@pytest.fixture(scope="module")
def means():
    """Mean log-likelihood of 1,200 third critiques, by what is known."""
    asked, found = sample_questions(900, 3), {}
    for group in range(300):
        people = [f"g{group}-{k}" for k in range(4)]
        said = {p: [] for p in people}
        for number, question in enumerate(asked[3 * group : 3 * group + 3]):
            opinions = {p: PUBLIC.sample("opinion", derive_seed(p, number, "o"), p, question) for p in people}
            draft = mediation.draft(opinions.values(), derive_seed(group, number))
            for p in people:
                critique = PUBLIC.sample("critique", derive_seed(p, number, "c"), p, question, draft)
                said[p].append((question, opinions[p], draft, critique))
        for p in people:
            for known, value in likelihoods(p, said[p][:2], *said[p][2]).items():
                found.setdefault(known, []).append(value)
    return {known: fmean(values) for known, values in found.items()}


def likelihoods(p, past, question, opinion, draft, critique):
    person, stance = PUBLIC.person(p), PUBLIC.stance(p, question)
    exact = policy.reaction_chances(stance - statement_stance(draft)[0])
    guessed = reactions_after_opinion(opinion, draft)
    base = Knowledge().after_opinions([opinion])
    o = base.after_opinions(row[1] for row in past)
    c = [(row[3], row[2]) for row in past]
    told = {
        "gap": (Knowledge(), exact),
        "all but habit": (Knowledge(concern=one(person.concern, 8)), exact),
        "base": (base, guessed),
        "D": (base.after_demographics(person.demographics), guessed),
        "O": (o, guessed),
        "C": (base.after_critiques(c), guessed),
        "O+C": (o.after_critiques(c), guessed),
    }
    found = {name: k.critique_log_likelihood(critique, draft, reactions) for name, (k, reactions) in told.items()}
    return found | {"true": PUBLIC.log_likelihood("critique", critique, p, question, draft)}


def one(k, n):
    return tuple(float(j == k) for j in range(n))


def test_more_knowledge_is_more_likely(means):
    assert means["base"] < means["D"] < means["C"] < means["O+C"] < means["true"]
    assert means["base"] + 0.2 < means["O"] < means["O+C"]
    assert means["gap"] < means["all but habit"] < means["true"]


def test_the_gap_between_base_and_everything_is_wide(means):
    assert means["true"] - means["base"] > 0.7
    assert means["O+C"] - means["base"] > 0.7


def test_the_true_policys_entropy_is_what_its_parts_say():
    """The ceiling: openings and remarks have 0.72 + 1.23 nats and their wordings 2 ln 2; the reaction adds its own, and ln 2."""
    person, draft = PUBLIC.person("p1"), write_statement(4, [], random.Random(0))
    chances = policy.critique_chances(person, 0.0, draft)
    exact = math.fsum(
        math.exp(lp) * lp for t in CRITIQUE.texts() if (lp := CRITIQUE.log_probability(t, chances)) > -math.inf
    )
    assert exact == pytest.approx(
        entropy(chances[0]) + entropy(chances[1]) + entropy(chances[2]) - parts(chances), abs=1e-9
    )


def entropy(chances):
    return math.fsum(p * math.log(p) for p in chances if p)


def parts(chances):
    """The wordings' entropy: two for a reaction, two without a remark, else four."""
    return math.log(2) + chances[2][0] * math.log(2) + (1 - chances[2][0]) * math.log(4)


def test_a_reader_of_everything_is_the_true_policy():
    person, question, draft = (
        PUBLIC.person("p1"),
        "Should we fund rural schools?",
        write_statement(5, [2], random.Random(0)),
    )
    stance = PUBLIC.stance("p1", question)
    known = Knowledge(one(person.concern, 8), one(person.critique_habit, 5))
    text = PUBLIC.sample("critique", 4, "p1", question, draft)
    reactions = policy.reaction_chances(stance - statement_stance(draft)[0])
    expected = PUBLIC.log_likelihood("critique", text, "p1", question, draft)
    assert known.critique_log_likelihood(text, draft, reactions) == pytest.approx(expected)


def test_what_cannot_be_read_tells_nothing():
    nothing = Knowledge()
    assert nothing.after_opinions(["Whatever."]).after_critiques([("What?", "Well.")]) == nothing
    assert nothing.after_demographics({"shoe size": "42", "age": "very old"}) == nothing
    assert sum(reactions_after_opinion("Whatever.", "Well.")) == pytest.approx(1)
