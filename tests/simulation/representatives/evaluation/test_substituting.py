"""Episodes played again: the record itself where nobody changes, and somebody else's critique only where somebody does."""

from collections import Counter

import numpy as np
import pytest
from small_world import WORLD, Echo

from minipublic.models.miniature import MiniatureModel, MiniaturePublic
from minipublic.personas.answers import Missing
from minipublic.simulation.representatives.evaluation.consensus_measures import absolute_gain, changed, discrepancy
from minipublic.simulation.representatives.evaluation.substituting import Play, substituted_plays


def values(table, regime, contestant=""):
    return table.values[regime, contestant]["mean"]


def test_the_record_in_everybodys_place_moves_nothing_at_all(plan, run, episodes):
    asked = plan(truth=False)
    found, _ = run(asked, {"representative ours": Echo(episodes)})
    for regime in ("one", "all"):
        assert np.array_equal(values(found.payoffs, regime, "ours"), values(found.payoffs, "base"))
        measured = discrepancy(asked, found.payoffs, regime, "ours")
        assert (measured["signed"]["value"], measured["absolute"]["value"]) == (0, 0)
        assert changed(found.statements, "ours", regime)["changed"] == 0


def test_everybody_is_substituted_in_turn_and_then_all(plan):
    asked = plan(replicates=2, mediators={"mean": "x:y", "median": "x:z"})
    plays = substituted_plays(asked, asked.contestants[1])
    seats = sum(len(e.seats) for e in asked.replayed)
    assert Counter(p.regime for p in plays) == {"one": 4 * seats, "all": 4 * len(asked.replayed)}
    assert len(set(plays)) == len(plays)


def test_one_substituted_touches_that_critique_alone(plan, run):
    """The mediator reads the record, the record with each critique in turn replaced, and all of them replaced."""
    seen = set()

    class Listening(MiniatureModel):
        async def generate(self, request):
            critiques = request.context["critiques"]
            seen.add(tuple(critiques[seat] for seat in sorted(critiques)))
            return await super().generate(request)

    asked = plan(truth=False)
    found, _ = run(asked, {"mediator mean": Listening(WORLD)})
    written = {key: text for (key, _), text in found.texts["ours"].items()}
    expected = set()
    for episode in asked.replayed:
        said = [s.critique for s in episode.seats]
        instead = [written[episode.id, s.persona, "critique"] for s in episode.seats]
        expected |= {tuple(said), tuple(instead)}
        expected |= {(*said[:k], instead[k], *said[k + 1 :]) for k in range(len(said))}
    assert seen == expected


def test_payoffs_are_those_of_the_substituted_under_the_statement_of_their_play(plan, run):
    asked = plan()
    found, _ = run(asked)
    public = MiniaturePublic(WORLD)
    for row, (episode, persona) in enumerate(found.payoffs.rows):
        for regime, who in (("base", ""), ("all", "ours"), ("one", "ours")):
            play = Play("mean", episode, 0, regime, who, persona if regime == "one" else "")
            expected = public.payoff(persona, asked.episode(episode).question, found.statements[play])
            assert values(found.payoffs, regime, who)[row, 0] == pytest.approx(expected)


def test_a_mediator_who_says_nothing_leaves_payoffs_missing(plan, run):
    class Mute(MiniatureModel):
        def _text(self, context, seed):
            return "" if context["step"] == "revision" else super()._text(context, seed)

    asked = plan(truth=False)
    found, _ = run(asked, {"mediator mean": Mute(WORLD)})
    assert all(isinstance(s, Missing) and s.reason == "empty" for s in found.statements.values())
    measured = discrepancy(asked, found.payoffs, "all", "ours")
    assert measured["absolute"]["value"] is None
    assert measured["n"]["missing"] == len(found.payoffs.rows)


@pytest.mark.slow
def test_strangers_are_further_off_than_people_who_speak_again_and_all_further_than_one(episodes, plan, run):
    from minipublic.personas.representatives.miniature import generate_study

    asked = plan(held=generate_study(60, public=WORLD, seed=5), bootstrap=1000)
    found, _ = run(asked, {"representative ours": MiniatureModel(WORLD)})
    strangers, table = "small vanilla base+O3", found.payoffs

    def low(kind, other):
        return absolute_gain(asked, table, kind, other)["ci"][0]

    for regime in ("one", "all"):
        assert low((regime, strangers), (regime, "truth")) > 0
        assert low((regime, strangers), ("floor", "")) > 0
        # Ours is the true policy, drawn with the same seeds as the truth.
        assert np.array_equal(values(table, regime, "ours"), values(table, regime, "truth"))
    for who in (strangers, "truth"):
        assert low(("all", who), ("one", who)) > 0
    low_end, high_end = discrepancy(asked, table, "all", "truth")["signed"]["ci"]
    assert low_end < 0 < high_end
