import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from exports import write_export

from minipublic.simulation.errors import InputError
from minipublic.simulation.polis.reading import read_conversation


def read(folder):
    return read_conversation(folder / "participants-votes.csv", folder / "comments.csv")


def test_an_export_is_read(tmp_path):
    found = read(
        write_export(tmp_path, cells={(0, 0): "", (0, 1): "0", (0, 2): " 1.0 ", (1, 0): "NA"}, moderated={7: "-1"})
    )
    assert found.votes.shape == (26, 7)
    assert found.statements == tuple("0123456")
    assert found.participants[:2] == ("0", "1")
    assert np.isnan(found.votes[0, 0])
    assert np.isnan(found.votes[1, 0])
    assert found.votes[0, 1:3].tolist() == [0, 1]
    assert found.groups.tolist() == ["0"] * 16 + ["1"] * 10
    assert found.texts["3"] == "We should do thing 3."
    assert "n-votes is not the number of votes in 2 rows" in found.notes[0]
    assert "1 of 8 statements were rejected by moderators" in found.notes[1]
    assert "statements have other published numbers of votes than the matrix" in found.notes[2]


def test_without_comments_everything_counts_and_a_note_says_so(tmp_path):
    found = read_conversation(write_export(tmp_path, moderated={7: "-1"}) / "participants-votes.csv")
    assert len(found.statements) == 8
    assert "no statement is left out as rejected" in found.notes[-1]


HEADER = ["participant", "group-id", "n-votes", *(str(j) for j in range(8))]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"cells": {(4, 2): "agree"}}, r"row 6 \(participant '4'\), column '2': 'agree' is no vote; write 1 \(agree\)"),
        ({"cells": {(0, 0): "2"}}, r"row 2 \(participant '0'\), column '0': '2' is no vote"),
        ({"header": ["Participant", *HEADER[1:]]}, "no column 'participant'; did you mean 'Participant'"),
        (
            {"header": [*HEADER[:-1], "90"]},
            "column '90' is no comment-id of .*give the comments of the same conversation",
        ),
        ({"header": [*HEADER[:-1], "0"]}, "two columns are called '0'"),
        ({"comment_header": ["comment-id", "agrees", "disagrees", "moderated", "body"]}, "no column 'comment-body'"),
        ({"moderated": {3: "yes"}}, r"row 5, column 'moderated': 'yes'; it is 1 \(accepted\)"),
        ({"moderated": dict.fromkeys(range(8), "-1")}, "every statement is moderated -1"),
    ],
)
def test_a_mistake_names_place_and_remedy(tmp_path, change, said):
    with pytest.raises(InputError, match=said):
        read(write_export(tmp_path, **change))


def test_a_participant_who_stands_twice_and_a_table_without_votes(tmp_path):
    path = tmp_path / "v.csv"
    path.write_text("participant,0\na,1\nb,1\na,-1\n")
    with pytest.raises(InputError, match="participant 'a' stands in rows 2 and 4"):
        read_conversation(path)
    path.write_text("participant,n-votes\na,1\n")
    with pytest.raises(InputError, match="no column holds votes"):
        read_conversation(path)
    path.write_text("participant,0\n")
    with pytest.raises(InputError, match="no row besides the header"):
        read_conversation(path)
    path.write_text("participant,0\n ,1\n")
    with pytest.raises(InputError, match="row 2, column 'participant': blank"):
        read_conversation(path)
