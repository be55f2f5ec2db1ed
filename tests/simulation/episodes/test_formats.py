"""Formats by name: options checked, mistakes named, JSONL there and back."""

import pytest

from minipublic.personas.persona import Persona
from minipublic.personas.population import Population
from minipublic.personas.representatives import Episode, EpisodeSet, SeatWords
from minipublic.simulation.episodes import FORMATS, read, read_episodes
from minipublic.simulation.episodes.jsonl import write_jsonl
from minipublic.simulation.errors import InputError

EPISODES = EpisodeSet(
    Population((Persona("a", {"age": "20"}),)),
    (Episode("e", "s", "Q?", draft="D", seats=(SeatWords("a", "Agree", "O", None, {"draft": 5.0}),)),),
)


def test_jsonl_reads_back_the_same(tmp_path):
    write_jsonl(EPISODES, tmp_path / "new" / "e.jsonl")
    assert read_episodes("jsonl", tmp_path / "new" / "e.jsonl") == EPISODES
    assert [p.name for p in (tmp_path / "new").iterdir()] == ["e.jsonl"]
    counts = read("jsonl", str(tmp_path / "new" / "e.jsonl")).counts()
    assert (counts["opinions"], counts["critiques"], counts["ratings"], counts["drafts"]) == (1, 0, 1, 1)


def test_a_wrong_line_is_named(tmp_path):
    (tmp_path / "e.jsonl").write_text('{"episode": "e", "question": "Q?"')
    with pytest.raises(InputError, match=r"e.jsonl:1: not an episode .* is the file complete"):
        read("jsonl", tmp_path / "e.jsonl")
    with pytest.raises(InputError, match=r"ends in \.jsonl"):
        write_jsonl(EPISODES, tmp_path / "e.csv")


@pytest.mark.parametrize(
    ("format", "options", "message"),
    [
        ("habermass", {}, "unknown format of episodes 'habermass'; did you mean 'habermas'"),
        ("jsonl", {"split": "x"}, "jsonl: unknown option 'split'; there are none"),
        ("remesh", {"min_word": 2}, "unknown option 'min_word'; did you mean 'min_words'"),
        ("remesh", {"min_words": "many"}, "min_words is 'many', which is no whole number"),
        ("remesh", {"min_words": 2.5}, "which is no whole number"),
        ("remesh", {"voted_only": "maybe"}, "voted_only is 'maybe', which is no truth"),
        ("remesh", {"dialogue": "campus"}, "'campus' is none of campus_protests"),
    ],
)
def test_mistakes_are_named(tmp_path, format, options, message):
    with pytest.raises(InputError, match=message):
        read(format, tmp_path, options)


@pytest.mark.parametrize("format", [name for name, held in FORMATS.items() if held.from_files])
def test_a_path_that_is_not_there_is_named(tmp_path, format):
    with pytest.raises(InputError, match="nowhere"):
        read(format, tmp_path / "nowhere")


def test_options_may_be_text(data):
    options = {"dialogue": "campus_protests", "min_words": "5", "voted_only": "yes"}
    assert read_episodes("remesh", data / "remesh_polarized", options).seats == 1225 - 9 - 8 - 12 - 46


def test_a_study_in_miniature_is_made_on_the_spot():
    reading = read("miniature", "default", {"episodes": "6", "seed": 3})
    assert reading.counts()["episodes"] == 6
    assert read("miniature", "default", {"episodes": 6, "seed": 3}).episodes == reading.episodes
    assert read("miniature", "elsewhere", {"episodes": 6, "seed": 3}).episodes != reading.episodes
    with pytest.raises(InputError, match="7 episodes are not sessions of 3"):
        read("miniature", "default", {"episodes": 7})
