"""Votes of people that depend on their party, on the statement, and on chance: what a payoff model must find."""

import random

from minipublic.personas.persona import Persona
from minipublic.personas.population import Population
from minipublic.personas.representatives import Episode, EpisodeSet, SeatWords, Vote, VoteSet

QUESTIONS = ("Should the tram be free?", "Should the park be larger?")
STATEMENTS = (
    ("for", "We want this badly."),
    ("against", "We refuse this firmly."),
    ("all", "Everybody wants sunshine."),
)
CHANCES = {
    ("left", "for"): 0.95,
    ("left", "against"): 0.55,
    ("left", "all"): 0.85,
    ("right", "for"): 0.5,
    ("right", "against"): 0.05,
    ("right", "all"): 0.2,
}


def votes(people: int = 60, first: int = 0, seed: int = 0) -> VoteSet:
    draw = random.Random(seed)
    parties = {f"p{k}": ("left", "right")[k % 2] for k in range(first, first + people)}
    population = Population(tuple(Persona(id, {"party": party}) for id, party in parties.items()))
    episodes = tuple(
        Episode(
            f"e{q}", "dialogue", question, seats=tuple(SeatWords(id, opinion=f"I say {id} on {q}.") for id in parties)
        )
        for q, question in enumerate(QUESTIONS)
    )
    cast = tuple(
        Vote(id, question, f"{kind}{q}", text, "", draw.random() < CHANCES[party, kind])
        for id, party in parties.items()
        for q, question in enumerate(QUESTIONS)
        for kind, text in STATEMENTS
    )
    return VoteSet(EpisodeSet(population, episodes), cast)
