"""Episodes on record: read back as written, and errors that name the line."""

import pytest

from minipublic.personas.persona import Persona
from minipublic.personas.population import Population
from minipublic.personas.representatives import (
    Episode,
    EpisodeError,
    EpisodeSet,
    SeatWords,
    load_episodes,
    save_episodes,
)

PEOPLE = Population((Persona("a", {"age": "20"}), Persona("b")))
EPISODES = EpisodeSet(
    PEOPLE,
    (
        Episode(
            "e1", "s", "One?", "One.", "D", "R", (SeatWords("a", "agree", "A", "C", {"draft": 5.0}), SeatWords("b"))
        ),
        Episode("e2", "s", "Two?", seats=(SeatWords("b", opinion="B"),)),
    ),
)


def test_a_file_reads_back_the_same(tmp_path):
    save_episodes(EPISODES, tmp_path / "e.jsonl")
    assert load_episodes(tmp_path / "e.jsonl") == EPISODES


def test_a_persons_past_leaves_the_current_episode_out():
    assert [p.question for p in EPISODES.persona("b").past] == ["One?", "Two?"]
    assert [p.question for p in EPISODES.persona("b", but=EPISODES.episodes[0]).past] == ["Two?"]


def test_a_part_keeps_only_its_people():
    part = EPISODES.of(EPISODES.episodes[1:])
    assert [p.id for p in part.population] == ["b"]
    assert part.persona("b", but=part.episodes[0]).past == ()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"episode": "e"', "not an episode"),
        ('{"episode": "e", "question": "Q?"}', "key 'seats' is missing"),
        ('{"episode": "e", "question": "", "seats": []}', "no text"),
        ('{"episode": "e", "question": "Q?", "seats": [{}]}', "key 'participant' is missing"),
        ("[]", "not an episode"),
        (
            '{"episode": "e", "question": "Q?", "seats": [{"participant": "p", "position": 5}]}',
            "position is 5, which is no text; write a text, such as the scale's label",
        ),
        ('{"episode": "e", "question": "Q?", "draft": "\\ud800", "seats": []}', "draft has half of a surrogate pair"),
    ],
)
def test_a_wrong_line_is_named(tmp_path, line, said):
    path = tmp_path / "e.jsonl"
    save_episodes(EPISODES, path)
    path.write_text(path.read_text() + line + "\n")
    with pytest.raises(EpisodeError, match=f"e.jsonl:3: .*{said}"):
        load_episodes(path)


def test_sets_that_contradict_themselves_are_refused():
    with pytest.raises(EpisodeError, match="share the id 'e1'"):
        EpisodeSet(PEOPLE, (EPISODES.episodes[0],) * 2)
    with pytest.raises(EpisodeError, match="'c' is not in the population"):
        EpisodeSet(PEOPLE, (Episode("e", "s", "Q?", seats=(SeatWords("c"),)),))
    with pytest.raises(EpisodeError, match="sits twice"):
        EpisodeSet(PEOPLE, (Episode("e", "s", "Q?", seats=(SeatWords("a"), SeatWords("a"))),))
