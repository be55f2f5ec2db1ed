"""The Remesh dialogues: counts as in the data's SOURCE.txt, and what the traps in the files become."""

import csv
from collections import Counter

import pytest

from minipublic.personas.representatives import split_blocks, split_voters, split_votes
from minipublic.simulation.episodes.remesh import read_remesh
from minipublic.simulation.episodes.remesh_dialogues import CAMPUS_PROTESTS, FOREIGN_INTERVENTION
from minipublic.simulation.episodes.remesh_votes import load_remesh_votes
from minipublic.simulation.errors import InputError

CAMPUS, FOREIGN = "campus_protests", "foreign_intervention"


@pytest.fixture(scope="module")
def folder(data):
    return data / "remesh_polarized"


@pytest.fixture(scope="module")
def votes(folder):
    return load_remesh_votes(folder)


# SOURCE.txt: participants 315 / 323, votes 6,067 / 4,526, preferences 6,065 / 4,522, statements 1,225 / 915. One vote in
# each and one preference are on a text that is not in the map; one person chose again twice (counted in the raw files).
@pytest.mark.parametrize(
    ("dialogue", "people", "votes", "agree", "preferences", "left_out"),
    [
        (CAMPUS, 315, 6067, 4267, 6065, (1, 1, 2)),
        (FOREIGN, 323, 4526, 3112, 4522, (1, 0, 0)),
    ],
)
def test_counts_are_the_sources(folder, dialogue, people, votes, agree, preferences, left_out):
    found = load_remesh_votes(folder, dialogue)
    without_text, unseen, again = left_out
    assert len(found.population) == people
    assert len(found) + without_text == votes
    assert sum(v.agree for v in found.votes) == agree
    assert len(found.preferences) + unseen + again == preferences
    assert found.left_out == {
        reason: n
        for reason, n in {
            "votes: the text is not on record": without_text,
            "preferences: a text is not on record": unseen,
            "preferences: the same person chose again": again,
        }.items()
        if n
    }


def test_both_dialogues_make_one_set(votes):
    assert (len(votes.population), len(votes), len(votes.questions)) == (638, 10_591, 7)
    assert {v.author for v in votes.votes} <= {p.id for p in votes.population}
    assert not [v for v in votes.votes if v.author == v.persona]


def test_a_statement_is_what_its_author_answered(votes):
    assert all(votes.opinion(v.author, v.question) == v.statement for v in votes.votes)


def test_a_question_is_an_episode_and_an_answer_an_opinion(folder):
    read = read_remesh(folder, CAMPUS)
    assert [len(e.seats) for e in read.episodes.episodes] == [310, 308, 307, 306, 301]
    assert read.left_out == {"answers not given": 5 + 7 + 8 + 9 + 14}
    assert all(s.opinion and s.critique is None for e in read.episodes.episodes for s in e.seats)
    voted = read_remesh(folder, CAMPUS, voted_only=True)
    assert voted.episodes.seats == 1225
    assert voted.left_out["answers that nobody voted on"] == 307


def test_short_answers_stay_unless_asked_otherwise(folder):
    everything, some = read_remesh(folder, CAMPUS), read_remesh(folder, CAMPUS, min_words=5)
    texts = {s.opinion for e in everything.episodes.episodes for s in e.seats}
    assert {"ubpeaceful", "N/A"} <= texts
    assert some.left_out["answers of fewer than 5 words"] == 9 + 8 + 40 + 12 + 46
    assert everything.episodes.seats - some.episodes.seats == 115


def test_a_question_that_refers_to_a_poll_carries_it(folder):
    first, second, *_ = read_remesh(folder, FOREIGN).episodes.episodes
    assert first.question.startswith("Do you believe that defending human rights globally")
    assert first.proposition == "Defending human rights globally should be a goal of American policy."
    assert Counter(s.position for s in first.seats).keys() == {"Yes", "No", "Don't know"}
    assert {s.position for s in second.seats} == {None}


def test_attributes_are_short_and_unknown_ones_are_left_out(votes):
    found = {a.name: Counter(p.attributes.get(a.name) for p in votes.population) for a in votes.population.attributes}
    assert found["party"] == {"Independent/Other": 121 + 109, "Democrat": 105 + 114, "Republican": 89 + 100}
    assert (found["religion"]["Christian"], found["religion"]["Christian and Buddhist"]) == (177, 2)
    assert found["income"].keys() == {"Under $34k", "$35k-$80k", "$81k-$120k", "$120k+", None}
    assert found["region"][None] == 1  # preferred not to respond
    assert "70+" in found["age"]
    labels = {v for p in votes.population for v in p.attributes.values()}
    assert not labels & {"", "--", "Prefer not to respond"}
    assert all(v == v.strip() for v in labels)


def test_blocks_share_neither_people_nor_questions(folder):
    episodes = read_remesh(folder, CAMPUS).episodes
    split = split_blocks(episodes, 0.3, 0.4, by="party")
    people = [{s.persona for e in side.episodes for s in e.seats} for side in (split.train, split.validation)]
    assert not people[0] & people[1]
    assert not set(split.train.questions) & set(split.validation.questions)
    assert split.train.seats + split.validation.seats + split.dropped == episodes.seats
    shares = [Counter(p.attributes["party"] for p in side.population) for side in (split.train, split.validation)]
    assert all(abs(v / (v + t) - 0.3) < 0.05 for v, t in ((shares[1][k], shares[0][k]) for k in shares[0]))


def test_votes_part_without_overlap(votes):
    split = split_votes(votes, 0.3, 0.4, by="party")
    assert set(split.train.voters).isdisjoint(split.validation.voters)
    assert set(split.train.questions).isdisjoint(split.validation.questions)
    assert set(split.train.statements).isdisjoint(split.validation.statements)
    assert len(split.train) + len(split.validation) + split.dropped == len(votes)
    voters = split_voters(votes, 0.3, by="party")
    assert voters.dropped == 0
    assert len(voters.validation) > 3000


def write(folder, name, header, *rows):
    with (folder / name).open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])


@pytest.fixture
def small(tmp_path):
    """A dialogue of two people, with a vote each way, a repeated vote, and a stranger's."""
    asked = [a.header for a in FOREIGN_INTERVENTION.asked]
    poll = FOREIGN_INTERVENTION.asked[0].position
    header = ["Participant Id", *(c for t in FOREIGN_INTERVENTION.traits.values() for c in t.columns), poll, *asked]
    write(
        tmp_path,
        f"{FOREIGN}_participants.csv",
        header,
        ["p1", "Other/Independent", "--", "Urban", "Yes", "Because.", *["--"] * 4],
        ["p2", "Democrat", "65+", " ", "No", "Why should we?", *["--"] * 4],
    )
    map_header = ["Question ID", "Question Text", "Participant ID", "Thought ID", "Thought Text"]
    texts = [["q", asked[0], "p1", "t1", "Because."], ["q", asked[0], "p2", "t2", "Why should we?"]]
    write(tmp_path, f"{FOREIGN}_verbatim_map.csv", map_header, *texts)
    votes = [["p1", "t2", "Agree"], ["p2", "t1", "Agree"], ["p1", "t2", "Disagree"], ["p3", "t1", "Agree"]]
    write(tmp_path, f"{FOREIGN}_binary.csv", ["Participant ID", "Thought ID", "Vote"], *votes)
    choices = [["p1", "t1", "t2", "Thought B"], ["p1", "t2", "t1", "I'm not sure"]]
    write(tmp_path, f"{FOREIGN}_preference.csv", ["Participant ID", "Thought A ID", "Thought B ID", "Vote"], *choices)
    return tmp_path


def test_the_later_of_two_votes_counts(small):
    found = load_remesh_votes(small, FOREIGN)
    assert [(v.persona, v.statement_id, v.agree) for v in found.votes] == [("p2", "t1", True), ("p1", "t2", False)]
    assert [(p.first.id, p.second.id, p.choice) for p in found.preferences] == [("t2", "t1", "unsure")]
    assert found.left_out == {
        "votes: the same person voted again": 1,
        "votes: the voter is not on record": 1,
        "preferences: the same person chose again": 1,
    }
    assert dict(found.persona("p1").attributes) == {"party": "Independent/Other", "region": "Urban"}
    assert dict(found.persona("p2").attributes) == {"party": "Democrat", "age": "65+"}


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("binary", "Disagree", "Perhaps", r"binary.csv, row 4: the vote is 'Perhaps', none of Agree, Disagree"),
        ("binary", "Thought ID", "Text", "no column 'Thought ID'"),
        ("participants", "p2", "p1", "'p1' stands in more than one row"),
        ("participants", "What is your age?", "Age", "no column 'What is your age\\?'"),
        ("verbatim_map", "t2", "t1", "two texts have the Thought ID 't1'"),
        ("verbatim_map", "Please explain", "Explain", "is no question of this dialogue"),
    ],
)
def test_what_is_wrong_is_named(small, file, old, new, message):
    path = small / f"{FOREIGN}_{file}.csv"
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(InputError, match=message):
        load_remesh_votes(small, FOREIGN)


def test_files_that_do_not_belong_together_are_an_error(small):
    path = small / f"{FOREIGN}_binary.csv"
    path.write_text("Participant ID,Thought ID,Vote\nx,y,Agree\n")
    with pytest.raises(InputError, match="do the files belong together"):
        load_remesh_votes(small, FOREIGN)
    with pytest.raises(InputError, match=f"{CAMPUS_PROTESTS.name}_participants.csv: no such table"):
        load_remesh_votes(small, CAMPUS)
    with pytest.raises(InputError, match="'campus' is none of campus_protests, foreign_intervention, both"):
        load_remesh_votes(small, "campus")
