"""The whole measurement on a small world: exact where the truth is known, resumable, every call asked once."""

import contextlib
import math
from collections import Counter

import numpy as np
import pytest
from small_world import WORLD, Echo

from minipublic.models.errors import ServerGoneError
from minipublic.models.journal import Journal
from minipublic.models.miniature import MiniatureModel, MiniaturePublic
from minipublic.models.protocol import CHOOSE_METHODS, Capabilities, Choice, Score
from minipublic.simulation.representatives.evaluation.judging import human_texts
from minipublic.simulation.representatives.evaluation.measuring import HUMAN
from minipublic.simulation.representatives.evaluation.results import summarize
from minipublic.simulation.representatives.evaluation.table import print_lines
from minipublic.simulation.representatives.evaluation.text_measures import likelihood_gain, text_wins


def test_the_truths_log_likelihood_is_that_of_the_public(plan, run):
    asked = plan(mediators={})
    found, _ = run(asked, payoffs=False)
    public = MiniaturePublic(WORLD)
    for key, scored in found.scores["truth"].items():
        episode = asked.episode(key[0])
        seat = next(s for s in episode.seats if s.persona == key[1])
        exact = public.log_likelihood("critique", seat.critique, key[1], episode.question, episode.draft)
        assert scored.log_likelihood == pytest.approx(exact)
        assert scored.tokens == len(seat.critique.split())
    gain = likelihood_gain(asked, found.scores["truth"], found.scores["ours"], "critique")
    assert gain["per_text"]["ci"][0] > 0


def test_the_truth_wins_half_against_people_and_strangers_lose(plan, run):
    asked = plan(mediators={}, judge=f"miniature:{WORLD}")
    found, _ = run(asked, payoffs=False)
    truth, ours = (text_wins(asked, found.verdicts[name, HUMAN], "critique") for name in ("truth", "ours"))
    assert truth["preference"]["ci"][0] < 0.5 < truth["preference"]["ci"][1]
    assert ours["preference"]["ci"][1] < 0.3
    # This judge takes the first text unread in one of ten comparisons.
    assert truth["position_bias"]["value"] == pytest.approx(0.05)


class First:
    """A judge that takes what stands first, whatever it is."""

    name, capabilities = "first:x", Capabilities(choose=CHOOSE_METHODS)

    async def choose(self, request):
        return Choice((1.0, 0.0), 1.0)

    async def aclose(self):
        pass


def test_a_judge_that_follows_the_order_tells_nothing(plan, run):
    asked = plan(mediators={}, judge="first:x")
    found, _ = run(asked, {"judge": First()}, payoffs=False)
    wins = text_wins(asked, found.verdicts["ours", HUMAN], "critique")
    assert (wins["win_rate"]["value"], wins["ties"]["value"], wins["position_bias"]["value"]) == (0.5, 1.0, 0.5)


def test_a_representative_takes_its_seat_with_the_texts_it_wrote(plan, run, episodes):
    calls = Counter()
    asked = plan(truth=False, replicates=2)
    found, cast = run(asked, {"representative ours": Echo(episodes)}, calls=calls, payoffs=False)
    seats = sum(len(e.seats) for e in asked.replayed)
    # Two contestants write for every seat and replicate; all other texts are the mediator's, one for each play.
    written, plays = 2 * 2 * seats, len(found.statements)
    assert calls["generate"] <= written + plays
    assert cast.replayed >= 2 * written  # once with one and once with all substituted
    assert found.texts["ours"] == human_texts(asked)


def test_a_run_that_was_killed_goes_on_where_it_was_and_asks_nothing_twice(plan, run, tmp_path):
    asked = plan(judge=f"miniature:{WORLD}", texts=20, limit=3)
    calls = Counter()
    for stop in (30, 90, 180, 300):
        with pytest.raises(ServerGoneError):
            run(asked, calls=calls, fail=lambda total, stop=stop: ServerGoneError("killed") if total >= stop else None)
    found, cast = run(asked, calls=calls)
    first = summarize(asked, found, cast.names)
    with contextlib.closing(Journal(tmp_path / "calls.sqlite")) as journal:
        assert journal.totals()["calls"] == calls.total() > 300
    again, cast = run(asked, calls=calls)
    assert cast.asked == 0
    assert summarize(asked, again, cast.names) == first


def test_a_model_without_log_likelihoods_is_measured_in_all_else(plan, run, episodes):
    asked = plan(truth=False, mediators={})
    found, cast = run(asked, {"representative ours": Echo(episodes)}, payoffs=False)
    results = summarize(asked, found, cast.names)
    assert results["contestants"]["ours"]["log_likelihood"]["reason"] == "echo:x gives no log-likelihood"
    assert results["differences"][0]["log_likelihood"]["value"] is None
    assert "log-likelihood of ours: echo:x gives no log-likelihood" in results["not_measured"]


def test_an_impossible_text_is_counted_also_when_it_is_replayed(plan, run):
    class Never(MiniatureModel):
        async def score(self, request):
            return Score(-math.inf, 3)

    asked = plan(truth=False, mediators={})
    for _ in range(2):
        found, _ = run(asked, {"representative ours": Never("never")}, payoffs=False)
        assert np.isneginf([s.log_likelihood for s in found.scores["ours"].values()]).all()


def test_what_is_not_configured_says_so(plan, run):
    asked = plan(truth=False, mediators={})
    found, cast = run(asked, payoffs=False)
    results = summarize(asked, found, cast.names)
    ours = results["contestants"]["ours"]
    assert ours["win_rate"]["human"]["reason"] == "not measured: no judge is named (evaluation.judge)"
    assert "evaluation.mediators" in ours["payoff_discrepancy"]["all"]["absolute"]["reason"]
    assert "evaluation.mediators" in results["floor"]["reason"]
    lines = print_lines(results)
    assert any("no judge is named" in line for line in lines)
    assert any(line.startswith("ours") for line in lines)


def test_where_both_steps_are_trained_the_critique_stands_first_and_the_opinion_beside(plan, run):
    asked = plan(mediators={}, judge=f"miniature:{WORLD}", steps=("opinion", "critique"))
    found, cast = run(asked, {"representative ours": MiniatureModel(WORLD)}, payoffs=False)
    ours = summarize(asked, found, cast.names)["contestants"]["ours"]
    opinions, seats = ours["other_steps"]["opinion"], sum(len(e.seats) for e in asked.episodes.episodes)
    assert ours["log_likelihood"]["n"]["texts"] == opinions["log_likelihood"]["n"]["texts"] == seats
    assert opinions["log_likelihood"]["per_text"]["value"] != ours["log_likelihood"]["per_text"]["value"]
    assert opinions["win_rate"]["vanilla"]["ci"][0] > 0.5


def test_opinions_alone_have_texts_and_no_consensus(plan, run):
    asked = plan(steps=("opinion",), judge=f"miniature:{WORLD}")
    found, cast = run(asked)
    results = summarize(asked, found, cast.names)
    assert results["contestants"]["ours"]["win_rate"]["vanilla"]["value"] == 0.5  # the same strangers
    assert "not trained to criticise drafts" in results["floor"]["reason"]
    assert found.statements == {}
    assert "opinion" in print_lines(results)[0]


def test_a_pilot_is_drawn_by_seed_and_its_seats_are_written(plan):
    asked, again = plan(texts=10, limit=2), plan(texts=10, limit=2)
    assert asked.keys == again.keys
    assert len(asked.keys) == 10
    assert [e.id for e in asked.replayed] == [e.id for e in again.replayed]
    seats = {(e.id, s.persona) for e in asked.replayed for s in e.seats}
    assert seats | {key[:2] for key in asked.keys} == {key[:2] for key in asked.written}


@pytest.mark.slow
def test_what_is_resampled_can_be_a_session_an_episode_or_a_person(plan, run):
    counts = {"session": 4, "episode": 12, "person": 17}
    for cluster, n in counts.items():
        asked = plan(cluster=cluster)
        found, cast = run(asked)
        results = summarize(asked, found, cast.names)
        assert results["n"]["clusters"] == n
        assert results["contestants"]["ours"]["log_likelihood"]["n"]["groups"] == n
        assert results["contestants"]["ours"]["payoff_discrepancy"]["all"]["n"]["groups"] == n
