"""The orderings known of virtual personas come out of the public alone, before any study runs.

People of a public are compared with personas who tell their lives, by the distance between exact shares of answers. The
tellers are another mix of people than those compared with, as language models are.
"""

import random

import numpy as np
import pytest

from minipublic.models.synthetic import GradedItem, SyntheticPublic, as_people
from minipublic.models.synthetic.lives import Teller, answer_question, draw_traits, read_life

POSITIONS = {"party": {"D": [0.7, 0.3], "R": [-0.7, -0.3]}, "age": {"old": [-0.3, 0.5], "young": [0.3, -0.5]}}
ITEMS = {f"q{k}": GradedItem((1.6, 0.5 * (-1) ** k), (-1.6, 0.2 * k, 1.6)) for k in range(4)} | {
    f"r{k}": GradedItem((-0.4, 1.6), (-1.4, 0.1 * k, 1.5)) for k in range(4)
}
MODEL = SyntheticPublic(
    "tellers",
    dimensions=2,
    positions=POSITIONS,
    residual_sd=0.6,
    items=ITEMS,
    shares={"party": {"D": 0.75, "R": 0.25}, "age": {"old": 0.25, "young": 0.75}},
    story_facts=1,
    wording_sd=0.0,
)
EVEN = {"party": {"D": 0.5, "R": 0.5}, "age": {"old": 0.5, "young": 0.5}}
HUMANS = [draw_traits("humans", f"h{k}", EVEN, {}) for k in range(300)]
POOL = 600


def told_by(persona, turns, flaw_rate):
    traits = draw_traits(MODEL.name, persona, MODEL.shares, {})
    teller = Teller(MODEL.name, persona, traits, MODEL.teller_attitude(persona, traits))
    said = []
    for turn in range(turns):
        draw = random.Random(f"{persona} {turn} {flaw_rate}")
        answer = answer_question(
            teller,
            "How did you grow up?",
            said,
            draw,
            shares=MODEL.shares,
            facts=MODEL.story_facts,
            flaw_rate=flaw_rate,
        )
        said.append(answer.text)
    return "\n\n".join(said)


def pool(turns, flaw_rate=0.0, size=POOL):
    return [told_by(f"p{k}", turns, flaw_rate) for k in range(size)]


def matched(stories):
    """For each human the story that states most of its traits and gainsays fewest, ties drawn."""
    known = dict(MODEL.known_labels)
    stated = [read_life(story, 2, known).traits for story in stories]
    draw = random.Random(3)
    ties = [draw.random() for _ in stories]

    def agreement(human, j):
        return sum((human[t] == stated[j][t]) - (human[t] != stated[j][t]) for t in stated[j])

    found = []
    for human in HUMANS:
        draw.shuffle(ties)
        found.append(max(range(len(stories)), key=lambda j: (agreement(human, j), ties[j])))
    return found


def shares(public, people):
    total = np.zeros((len(ITEMS), 4))
    for person in people:
        total += [public.probabilities(person | {"question": code}, 4) for code in ITEMS]
    return total / len(people)


def distance(people):
    """Mean Wasserstein distance on codes from the answers of people with the humans' traits; lower is better."""
    difference = np.cumsum(shares(MODEL, people), 1) - np.cumsum(TRUTH, 1)
    return np.abs(difference[:, :-1]).sum(1).mean()


def as_personas(stories, chosen, traits=False):
    known = [
        {"attributes": human, "style": "backstory_with_traits"} if traits else {"style": "backstory"}
        for human in HUMANS
    ]
    return [told | {"persona": f"p{j}", "backstory": stories[j]} for told, j in zip(known, chosen, strict=True)]


TRUTH = shares(as_people(MODEL), [{"persona": f"h{k}", "attributes": h, "style": "qa"} for k, h in enumerate(HUMANS)])
AT_RANDOM = list(range(len(HUMANS)))


@pytest.mark.parametrize("traits", [False, True])
def test_random_matching_is_worst(traits):
    stories = pool(4)
    at_random, best = (distance(as_personas(stories, chosen, traits)) for chosen in (AT_RANDOM, matched(stories)))
    assert at_random > best + 0.03


def test_longer_stories_are_better():
    found = [distance(as_personas(stories, matched(stories))) for stories in map(pool, (1, 2, 4))]
    assert found[0] > found[1] + 0.03
    assert found[1] > found[2] + 0.02


def test_checked_stories_are_better():
    # A checked story is one whose flawed answers were asked again; the longer one is, the more flaws it would have.
    found = [distance(as_personas(s, matched(s))) for s in (pool(6, 0.3), pool(6, 0.15), pool(6, 0.0))]
    assert found[0] > found[1] + 0.01
    assert found[1] > found[2] + 0.01


def test_more_stories_are_better():
    # With few to choose from, nobody is like some of the humans.
    found = []
    for size in (3, 12, POOL):
        pools = [[told_by(f"{start}p{k}", 4, 0.0) for k in range(size)] for start in range(1 if size == POOL else 12)]
        found.append(np.mean([distance(as_personas(stories, matched(stories))) for stories in pools]))
    assert found[0] > found[1] + 0.03
    assert found[1] > found[2] + 0.02


def test_saying_nothing_is_worse_than_any_story():
    stories = pool(2)
    silent = [{"persona": f"p{k}", "style": "none"} for k in range(len(HUMANS))]
    assert distance(silent) > distance(as_personas(stories, matched(stories))) + 0.03
