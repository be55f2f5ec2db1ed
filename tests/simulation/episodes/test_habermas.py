"""The Habermas Machine's layout, on files of our own making: what becomes of it, and of files that are not right."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from minipublic.personas.representatives import Variant, demonstrations
from minipublic.simulation.episodes.habermas import read_habermas
from minipublic.simulation.errors import InputError

PEOPLE = ("w1", "w2", "w3")
LABELS = ["STRONGLY_AGREE", "SOMEWHAT_DISAGREE"]


def comparison(person, iteration, round="r1", **changes):
    """A row as documented: lists over the two candidates that were shown, the critique beside what it is about."""
    ids = [f"{round}-{iteration}-{c}" for c in "ab"]
    row = {
        "round_id": round,
        "launch_id": "l1",
        "iteration_index": iteration,
        "worker_id": person,
        "metadata.participant_id": f"session of {person}",
        "metadata.version": "TRAINING_DATA_V1",
        "question.id": f"q of {round}",
        "question.text": f"Question of {round}?",
        "question.affirming_statement": f"Yes to {round}.",
        "question.split": "TRAIN",
        "own_opinion.text": f"Opinion of {person} in {round}.",
        "own_opinion.metadata.provenance": "HUMAN_CITIZEN",
        "critique.text": f"Critique of {person} in {round}." if iteration else None,
        "candidates.metadata.id": ids,
        "candidates.text": [f"Text {id}" for id in ids],
        "top_candidate.text": f"Text {round}-0-a" if iteration else None,
        "rankings.candidate_ids": ids,
        "rankings.numerical_ranks": [1, 0],
        "ratings.agreement": LABELS,
    }
    return row | changes


def whole_round(round="r1", people=PEOPLE, **changes):
    return [comparison(p, i, round, **changes) for i in (0, 1) for p in people]


def position(person, label, round="r1", rating_index=0):
    return {
        "metadata.participant_id": f"session of {person}",
        "question.id": f"q of {round}",
        "rating_index": rating_index,
        "ratings.agreement": [label],
    }


def end(person, text, round="r1"):
    key = {"metadata.participant_id": f"session of {person}", "question.id": f"q of {round}"}
    return {**key, "candidate.text": text}


def write(folder, name, rows):
    pq.write_table(pa.Table.from_pylist(rows), folder / f"{name}.parquet")
    return folder


def read(folder, rows, **options):
    return read_habermas(write(folder, "comparisons", rows), **options)


def test_a_folder_of_all_files(tmp_path):
    write(tmp_path, "comparisons_1", whole_round("r1"))
    write(tmp_path, "comparisons_2", whole_round("r2", PEOPLE[:2]))
    positions = [position(p, label) for p, label in zip(PEOPLE, ("AGREE", "NEUTRAL", "STRONGLY_DISAGREE"), strict=True)]
    write(tmp_path, "positions", [*positions, position("w1", "DISAGREE", rating_index=1)])
    write(tmp_path, "survey", [end(p, "Text r1-1-b") for p in PEOPLE])
    write(tmp_path, "final_rankings", [{"worker_id": "w1", "rankings.numerical_ranks": [0]}])
    found = read_habermas(tmp_path)
    first, second = found.episodes.episodes
    assert (first.id, first.session, first.question, first.proposition) == ("r1", "l1", "Question of r1?", "Yes to r1.")
    assert (first.draft, first.revised) == ("Text r1-0-a", "Text r1-1-b")
    assert [s.persona for s in first.seats] == list(PEOPLE)
    assert [s.position for s in first.seats] == ["Agree", "Neither agree nor disagree", "Strongly disagree"]
    assert first.seats[0].opinion == "Opinion of w1 in r1."
    assert first.seats[0].critique == "Critique of w1 in r1."
    assert first.seats[0].ratings == {"draft": 7.0, "revised": 3.0}
    assert (second.id, len(second.seats), second.seats[0].position) == ("r2", 2, None)
    assert found.left_out == {}
    said = demonstrations(found.episodes, Variant.parse("base+O1+C1"))
    assert len(said) == 5
    assert "Opinion of w1 in r2." in said[0].prompt.text


def test_a_row_per_candidate_reads_the_same(tmp_path):
    lists = ("candidates.metadata.id", "candidates.text", "rankings.candidate_ids", "ratings.agreement")
    rows = whole_round()
    single = [
        row | {name: row[name][k] for name in (*lists, "rankings.numerical_ranks")} for row in rows for k in (0, 1)
    ]
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert read(tmp_path / "a", single).episodes == read(tmp_path / "b", rows).episodes


def test_a_file_alone_and_ratings_in_numbers(tmp_path):
    rows = whole_round(**{"ratings.agreement": [7.0, 3.0]})
    write(tmp_path, "one", rows)
    (episode,) = read_habermas(tmp_path / "one.parquet").episodes.episodes
    # No survey: everybody ranks b first, so that it beats a under every Condorcet rule.
    assert (episode.draft, episode.revised) == ("Text r1-0-a", "Text r1-1-b")
    assert episode.seats[0].ratings == {"draft": 7.0, "revised": 3.0}


def test_without_top_candidates_the_majoritys_choice_is_the_winner(tmp_path):
    (episode,) = read(tmp_path, whole_round(**{"top_candidate.text": None})).episodes.episodes
    assert (episode.draft, episode.revised) == ("Text r1-0-b", "Text r1-1-b")


@pytest.mark.parametrize("ballots", [([0, 1], [1, 0]), ([0, 0], [0, 0]), ([-1, -1], [-1, -1])])
def test_a_tie_has_no_winner(tmp_path, ballots):
    rows = [
        comparison(p, i, **{"top_candidate.text": None, "rankings.numerical_ranks": ballot})
        for i in (0, 1)
        for p, ballot in zip(PEOPLE, ballots, strict=False)
    ]
    found = read(tmp_path, rows)
    (episode,) = found.episodes.episodes
    assert (episode.draft, episode.revised) == (None, None)
    assert found.counts()["drafts"] == 0
    assert demonstrations(found.episodes, Variant()) == []


def test_what_is_not_on_record_is_none(tmp_path):
    rows = [
        comparison("w1", 0),
        comparison("w1", 1, **{"critique.text": ""}),
        comparison("w2", 0, **{"ratings.agreement": ["MOCK", "MOCK"]}),
    ]
    (episode,) = read(tmp_path, rows).episodes.episodes
    assert [(s.critique, s.ratings) for s in episode.seats] == [(None, {"draft": 7.0, "revised": 3.0}), (None, {})]


def test_columns_that_may_be_absent(tmp_path):
    needed = {"round_id", "launch_id", "iteration_index", "question.id", "question.text", "own_opinion.text"}
    needed |= {"critique.text", "candidates.text", "worker_id"}
    rows = [{k: v for k, v in row.items() if k in needed} for row in whole_round()]
    (episode,) = read(tmp_path, rows).episodes.episodes
    assert (episode.proposition, episode.draft, episode.seats[1].opinion) == ("", None, "Opinion of w2 in r1.")


def test_a_person_without_a_worker_is_known_by_the_session(tmp_path):
    rows = whole_round(people=("w1",)) + whole_round(people=("w2",), worker_id=None)
    (episode,) = read(tmp_path, rows).episodes.episodes
    assert [s.persona for s in episode.seats] == ["w1", "session of w2"]


@pytest.mark.parametrize("missing", [["critique.text"], ["launch_id", "question.text"]])
def test_missing_columns_are_named(tmp_path, missing):
    rows = [{k: v for k, v in row.items() if k not in missing} for row in whole_round()]
    with pytest.raises(
        InputError, match=rf"comparisons.parquet: the comparisons need the column\(s\) {', '.join(missing)}"
    ):
        read(tmp_path, rows)


def test_one_of_several_files_without_a_column_is_named(tmp_path):
    write(tmp_path, "more", [{k: v for k, v in row.items() if k != "round_id"} for row in whole_round("r2")])
    with pytest.raises(InputError, match=r"more.parquet: the comparisons need the column\(s\) round_id"):
        read(tmp_path, whole_round())


def test_a_survey_that_showed_several_statements_does_not_decide(tmp_path):
    write(tmp_path, "survey", [end("w1", "Text r1-1-a"), end("w2", "Text r1-1-b")])
    assert read(tmp_path, whole_round()).episodes.episodes[0].revised == "Text r1-1-b"  # by the rankings
    write(tmp_path, "survey", [end("w1", "Text r1-1-a"), end("w2", "Something else")])
    assert read(tmp_path, whole_round()).episodes.episodes[0].revised == "Text r1-1-a"


def test_a_candidate_without_a_text_does_not_shift_the_others(tmp_path):
    changes = {"candidates.text": [None, "Text b"], "top_candidate.text": None, "ratings.agreement": [None, "AGREE"]}
    (episode,) = read(tmp_path, whole_round(**changes)).episodes.episodes
    assert (episode.draft, episode.seats[0].ratings) == ("Text b", {"draft": 6.0, "revised": 6.0})


def test_somebody_has_to_be_named(tmp_path):
    rows = [{k: v for k, v in row.items() if "worker" not in k and "participant" not in k} for row in whole_round()]
    with pytest.raises(InputError, match="worker_id"):
        read(tmp_path, rows)


@pytest.mark.parametrize(
    ("field", "value", "what"),
    [
        ("question.text", "Another question?", "the question"),
        ("question.affirming_statement", "Another.", "the affirming statement"),
        ("launch_id", "l2", "the launch"),
        ("own_opinion.text", "Another opinion.", "an opinion"),
        ("critique.text", "Another critique.", "a critique"),
        ("top_candidate.text", "Text r1-0-b", "the draft"),
        ("ratings.agreement", ["AGREE"], "the ratings"),
        ("ratings.agreement", ["AGREE", "AGREE"], "the ratings"),
    ],
)
def test_a_round_that_contradicts_itself_is_left_out_and_counted(tmp_path, field, value, what):
    rows = [*whole_round("r1"), *whole_round("r2"), comparison("w1", 1, "r1", **{field: value})]
    if field == "ratings.agreement" and len(value) == 2:
        rows.append(comparison("w1", 0, "r1", **{field: ["DISAGREE", "AGREE"]}))
    found = read(tmp_path, rows)
    assert [e.id for e in found.episodes.episodes] == ["r2"]
    assert found.left_out == {f"rounds whose rows contradict each other in {what}": 1}


def test_positions_that_contradict_are_not_known(tmp_path):
    write(tmp_path, "positions", [position("w1", "AGREE"), position("w1", "DISAGREE"), position("w2", "AGREE")])
    found = read(tmp_path, whole_round())
    assert [s.position for s in found.episodes.episodes[0].seats] == [None, "Agree", None]
    assert found.left_out == {"positions that contradict each other": 1}


def test_rows_that_do_not_count_are_counted(tmp_path):
    more = [
        comparison("w1", 0),
        comparison("w9", 0, **{"own_opinion.metadata.provenance": "MOCK"}),
        comparison(None, 0, **{"metadata.participant_id": None}),
        comparison("w1", 2),
    ]
    found = read(tmp_path, [*whole_round(), *more])
    assert [len(e.seats) for e in found.episodes.episodes] == [3]
    assert found.left_out == {
        "rows that stand twice": 1,
        "rows whose opinion is not by a person": 1,
        "rows without a worker or a round": 1,
        "rows of another iteration than 0 and 1": 1,
    }


def test_splits_and_versions_can_be_chosen(tmp_path):
    rows = [*whole_round("r1"), *whole_round("r2", **{"question.split": "IID_TEST"})]
    assert [e.id for e in read(tmp_path, rows, split="IID_TEST").episodes.episodes] == ["r2"]
    assert len(read(tmp_path, rows, version="TRAINING_DATA_V1").episodes) == 2
    with pytest.raises(InputError, match=r"no round is left \(12 rows of another split or version\)"):
        read(tmp_path, rows, split="OOD_TEST")


def test_another_scale_is_an_error_and_another_label_counted(tmp_path):
    with pytest.raises(InputError, match=r"ratings\.agreement: 9 is not on the scale of 1 to 7"):
        read(tmp_path, whole_round(**{"ratings.agreement": [9, 3]}))
    found = read(tmp_path, whole_round(**{"ratings.agreement": ["UNKNOWN", "AGREE"]}))
    assert found.left_out == {"ratings 'UNKNOWN', which is no agreement": 6}
    assert {tuple(s.ratings.items()) for s in found.episodes.episodes[0].seats} == {(("revised", 6.0),)}


def test_a_half_written_file_is_named(tmp_path):
    write(tmp_path, "comparisons", whole_round())
    path = tmp_path / "comparisons.parquet"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(InputError, match=r"comparisons.parquet: not readable .* is the file complete\?"):
        read_habermas(tmp_path)


def test_files_that_cannot_be_tied_together_are_an_error(tmp_path):
    write(tmp_path, "positions", [{"question.id": "q of r1", "rating_index": 0, "ratings.agreement": ["AGREE"]}])
    with pytest.raises(InputError, match="share neither the column"):
        read(tmp_path, whole_round())


def test_an_empty_folder_is_an_error(tmp_path):
    with pytest.raises(InputError, match="no Parquet file in this folder"):
        read_habermas(tmp_path)
