"""The command, its page and what it says."""

import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parent))

from exports import write_export

from minipublic.simulation.cli.app import app
from minipublic.simulation.errors import InputError
from minipublic.simulation.polis.measuring import measure_polis
from minipublic.simulation.polis.page import consensus_rows, dividing_rows, spoken_lines, verdicts, write_page


def test_the_command_writes_measures_and_page(tmp_path):
    folder = write_export(tmp_path / "talk", sure=1.0)
    shown = CliRunner().invoke(
        app,
        [
            "evaluate",
            "polis",
            "--votes",
            str(folder / "participants-votes.csv"),
            "--comments",
            str(folder / "comments.csv"),
            "--json",
            str(tmp_path / "o.json"),
            "--html",
            str(tmp_path / "o.html"),
            "--bootstrap",
            "3",
            "--seed",
            "3",
        ],
    )
    assert shown.exit_code == 0, shown.output
    assert "26 participants, 0 left out with fewer than 7 votes; 8 statements" in shown.output
    assert "agreement with the 2 groups of the table (n = 26): adjusted Rand index 1.000" in shown.output
    found = json.loads((tmp_path / "o.json").read_text())
    assert (found["participants"], found["left_out"], found["k"], found["seed"]) == (26, 0, 2, 3)
    assert found["published_groups"]["matched_share"]["value"] == 1
    assert found["statements"][0]["text"] == "We should do thing 0."
    page = (tmp_path / "o.html").read_text()
    assert "group A (n = 16)" in page
    assert "26 participants, 8 statements" in page
    assert "first direction of disagreement" in page


def test_words_of_people_are_escaped_and_what_cannot_be_seen_is_shown(tmp_path):
    hostile = "<script>alert(1)</script> \u202e\x1b[31mred $x$"
    folder = write_export(tmp_path, texts={5: hostile, 0: hostile})
    measured = measure_polis(folder / "participants-votes.csv", folder / "comments.csv", bootstrap=0)
    write_page(tmp_path / "p.html", measured, name="<b>talk")
    page = (tmp_path / "p.html").read_text()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "<b>talk" not in page
    assert "\u202e" not in page
    assert "⟨U+202E⟩" in page
    assert not any("\x1b" in line or "\u202e" in line for line in spoken_lines(measured))
    assert next(s for s in measured["statements"] if s["statement"] == "5")["text"] == hostile


def test_what_is_shared_and_what_divides(tmp_path):
    folder = write_export(tmp_path)
    measured = measure_polis(folder / "participants-votes.csv", bootstrap=0)
    assert {s["statement"] for _, s in consensus_rows(measured, 4)} == {"4", "5", "6", "7"}
    assert {side for side, _ in consensus_rows(measured, 4)} == {"agree"}
    assert {s["statement"] for s in dividing_rows(measured, 4)} == {"0", "1", "2", "3"}
    assert measured["published_groups"]["adjusted_rand"]["reason"]


def test_what_is_said_of_groups_that_are_none(tmp_path):
    groups = {"k": 2, "silhouette": {"value": 0.4, "ci": [0.3, 0.5]}, "k_of_resamples": {"2": 0.6, "3": 0.4}}
    stability = {"stability": {"value": 0.3, "ci": [0.0, 0.9]}}
    without = {"silhouette": {"value": 0.38, "ci": [0.33, 0.43]}, "draws": 99}
    (none, firm) = verdicts(groups | stability | {"continuum": without | {"p": 0.4}})
    assert "no evidence of separate groups" in none
    assert "0.300 on average (95 % of resamples: 0.000 to 0.900" in firm
    assert "60% 2, 40% 3" in firm
    (apart, _) = verdicts(groups | stability | {"continuum": without | {"p": 0.01}})
    assert "more apart than degrees of opinion explain" in apart
    assert "no groups to tell apart" in verdicts({"k": 1})[0]


def test_too_few_votes_name_the_remedy(tmp_path):
    folder = write_export(tmp_path, sizes=(1, 1))
    with pytest.raises(InputError, match=r"2 of 2 participants cast 7 votes or more; groups need 3 .*--min-votes 7"):
        measure_polis(folder / "participants-votes.csv")
    folder = write_export(tmp_path)
    with pytest.raises(InputError, match="--groups 26"):
        measure_polis(folder / "participants-votes.csv", groups=26)
