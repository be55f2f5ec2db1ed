import random
import time
from collections import Counter

import pytest

from minipublic.models.miniature import MiniaturePublic
from minipublic.models.miniature.grammar import read_critique, read_opinion, read_statement
from minipublic.personas import AGREEMENT
from minipublic.personas.representatives import (
    EpisodeError,
    Variant,
    demonstrations,
    generate_study,
    load_episodes,
    save_episodes,
    split_components,
)
from minipublic.personas.representatives.miniature import group_sizes


@pytest.fixture(scope="module")
def study():
    return generate_study()


def test_it_has_the_references_size_in_under_a_minute():
    started = time.perf_counter()
    study = generate_study(seed=1)
    assert time.perf_counter() - started < 60
    assert len(study) == 1662  # Jarrett et al. 2025, section 4
    assert len(study.population) == 2290
    assert study.seats == 6870  # 6,872 in the paper
    assert len(study.questions) == 1662


def test_groups_of_3_to_5_stay_together_for_three_questions(study):
    by_session = {}
    for episode in study.episodes:
        by_session.setdefault(episode.session, []).append(frozenset(s.persona for s in episode.seats))
    assert len(by_session) == 554
    assert all(len(groups) == 3 and len(set(groups)) == 1 for groups in by_session.values())
    sizes = Counter(len(groups[0]) for groups in by_session.values())
    assert set(sizes) == {3, 4, 5}
    seated = Counter(p for groups in by_session.values() for p in groups[0])
    assert set(seated.values()) == {1}
    assert len(seated) == 2290


def test_everything_is_on_record_and_nearly_everything_can_be_read(study):
    seats = [(e, s) for e in study.episodes for s in e.seats]
    assert all(read_statement(e.draft) and read_statement(e.revised) for e in study.episodes)
    assert all(s.position in AGREEMENT and s.opinion and s.critique for _, s in seats)
    assert {r for _, s in seats for r in s.ratings.values()} == set(map(float, range(1, 8)))
    mumbled = sum(read_opinion(s.opinion) is None or read_critique(s.critique) is None for _, s in seats)
    assert 1 <= mumbled <= 40  # about 14 of 13,740
    assert study.population.personas[0].attributes == MiniaturePublic().person("m0-0001").demographics


def test_deliberation_helps_on_average(study):
    def mean(name):
        return sum(s.ratings[name] for e in study.episodes for s in e.seats) / study.seats

    assert mean("revised") > mean("draft") + 0.2


def test_the_same_arguments_make_the_same_study(study):
    again = generate_study(30)
    assert again == generate_study(30)
    assert generate_study(30, seed=2).population != again.population
    assert generate_study(30, public="other").episodes != again.episodes


def test_another_mechanism_meets_the_same_people_with_the_same_luck(study):
    other = generate_study(300, mechanism="loudest")
    mean = generate_study(300)
    assert [s.opinion for e in other.episodes for s in e.seats] == [s.opinion for e in mean.episodes for s in e.seats]
    same = [(a, b) for a, b in zip(mean.episodes, other.episodes, strict=True) if a.draft == b.draft]
    assert 0 < len(same) < 300
    assert all([s.critique for s in a.seats] == [s.critique for s in b.seats] for a, b in same)


def test_it_can_be_kept_split_and_shown(study, tmp_path):
    small = generate_study(60, 80)
    save_episodes(small, tmp_path / "episodes.jsonl")
    kept = load_episodes(tmp_path / "episodes.jsonl")
    assert kept.episodes == small.episodes
    split = split_components(study)
    assert len(split.validation) / len(study) == pytest.approx(330 / 1662, abs=0.02)
    shown = demonstrations(small, Variant(True, 3, 3, 3))
    assert all(d.used == {"D": 6, "O": 2, "C": 2, "P": 2} for d in shown)
    assert len(shown) == small.seats


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"episodes": 10}, "10 episodes are not sessions of 3"),
        ({"episodes": 0}, "0 episodes are not"),
        ({"episodes": 30, "participants": 20}, "hold 30 to 50 people, not 20"),
        ({"episodes": 30, "mechanism": "mode"}, "no mechanism 'mode'"),
        ({"episodes": 6402}, "6400 different questions"),
    ],
)
def test_numbers_that_do_not_fit_are_an_error(arguments, said):
    with pytest.raises(EpisodeError, match=said):
        generate_study(**arguments)


def test_group_sizes_sum_up():
    draw = random.Random(0)
    for _ in range(50):
        sessions = draw.randint(1, 40)
        people = draw.randint(3 * sessions, 5 * sessions)
        sizes = group_sizes(sessions, people, draw.randrange(99))
        assert (len(sizes), sum(sizes)) == (sessions, people)
        assert set(sizes) <= {3, 4, 5}
