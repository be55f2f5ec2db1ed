"""Our own runs as episodes, and the commands that write them."""

import json
import sys

import pytest
from talk import plan, run

from minipublic.personas.questions import AGREEMENT
from minipublic.personas.representatives import Variant, demonstrations, load_episodes
from minipublic.simulation.cli.app import main
from minipublic.simulation.episodes.run import read_run
from minipublic.simulation.errors import InputError


@pytest.fixture
def out(consensus, tmp_path):
    """A finished run of three groups of four, two questions each."""
    run(plan(consensus()), tmp_path / "out")
    return tmp_path / "out"


def change(out, edit):
    """Edits the first line of the transcripts."""
    path = out / "transcripts.jsonl"
    first, *rest = path.read_text().splitlines()
    line = json.loads(first)
    edit(line)
    path.write_text("\n".join([json.dumps(line), *rest]) + "\n")


def test_a_run_is_episodes(out):
    reading = read_run(out)
    counts = reading.counts()
    assert (counts["episodes"], counts["sessions"], counts["questions"], counts["participants"]) == (6, 3, 2, 12)
    assert counts["critiques"] == counts["opinions"] == counts["positions"] == 24
    assert (counts["ratings"], counts["drafts"], counts["revised statements"]) == (48, 6, 6)
    assert reading.left_out == {}
    line = json.loads((out / "transcripts.jsonl").read_text().splitlines()[0])
    episode, seat = reading.episodes.episodes[0], reading.episodes.episodes[0].seats[0]
    assert (episode.id, episode.session, episode.proposition) == ("g0-q1", "g0", "We should tax wealth.")
    assert seat.position == AGREEMENT[line["positions"]["seat_1"] - 1]
    assert seat.ratings == line["endorsements"]["seat_1"]
    assert seat.critique == line["critiques"]["seat_1"]
    assert reading.episodes.persona(seat.persona).attributes == line["seats"]["seat_1"]["attributes"]


def test_what_went_missing_is_not_on_record(out):
    gone = {"missing": "refused", "raw": "I cannot"}

    def edit(line):
        line["positions"]["seat_1"] = line["opinions"]["seat_2"] = line["draft"] = gone
        line["endorsements"]["seat_3"] = {"draft": gone, "revised": 4}
        line["critiques"] = {}

    change(out, edit)
    reading = read_run(out)
    episode = reading.episodes.episodes[0]
    assert (episode.seats[0].position, episode.seats[1].opinion, episode.draft) == (None, None, None)
    assert episode.seats[2].ratings == {"revised": 4.0}
    assert [s.critique for s in episode.seats] == [None] * 4
    assert reading.left_out == {
        f"{what} missing: refused": 1 for what in ("positions", "opinions", "endorsements", "drafts")
    }


def test_labels_are_the_studys(consensus, tmp_path):
    section = {"questions": ["Is it fair?"], "groups": 1, "group_size": 2, "labels": ["no", "perhaps", "yes"]}
    run(plan(consensus(consensus=section)), tmp_path / "out")
    seats = read_run(tmp_path / "out").episodes.episodes[0].seats
    assert {s.position for s in seats} <= {"no", "perhaps", "yes"}


def test_one_of_several_conditions(consensus, tmp_path):
    run(plan(consensus(conditions=["qa", "none"])), tmp_path / "out")
    assert len(read_run(tmp_path / "out", "none").episodes) == 6
    with pytest.raises(InputError, match=r"several conditions \(qa, none\)"):
        read_run(tmp_path / "out")
    with pytest.raises(InputError, match="no condition 'bio'; there are qa, none"):
        read_run(tmp_path / "out", "bio")


def test_runs_without_episodes(survey, out, tmp_path):
    with (out / "transcripts.jsonl").open("a") as file:
        file.write('{"episode": "g9')
    with pytest.raises(InputError, match=r"transcripts.jsonl:7: not readable .* is the file complete"):
        read_run(out)
    change(out, lambda line: line.pop("seats"))
    (out / "transcripts.jsonl").write_text((out / "transcripts.jsonl").read_text().splitlines()[0])
    with pytest.raises(InputError, match="not a transcript"):
        read_run(out)
    (out / "transcripts.jsonl").unlink()
    with pytest.raises(InputError, match="run the study's command again"):
        read_run(out)
    with pytest.raises(InputError, match="not a run folder"):
        read_run(tmp_path / "nowhere")
    run(plan(survey(population={"from_humans": True, "sample": 2}, conditions=["qa"])), tmp_path / "asked")
    with pytest.raises(InputError, match="only a run of kind consensus has episodes"):
        read_run(tmp_path / "asked")


@pytest.fixture
def minipublic(monkeypatch, capsys):
    """Runs the command line in this process; gives its exit code, and what it said."""

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["minipublic", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return ended.value.code, said.out + said.err

    return call


def test_the_commands_write_what_can_be_trained_on(out, tmp_path, minipublic):
    a, b = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    code, said = minipublic("export", out, "--episodes", a)
    assert code == 0
    assert "24 critiques" in said
    assert minipublic("episodes", "run", out, "--out", b, "--option", "condition=qa")[0] == 0
    assert a.read_text() == b.read_text()
    assert len(demonstrations(load_episodes(a), Variant.parse("base+O3"))) == 24


def test_what_was_left_out_is_said(out, tmp_path, minipublic):
    change(out, lambda line: line.update(draft={"missing": "refused", "raw": ""}))
    assert "left out: 1 drafts missing: refused" in minipublic("export", out, "--episodes", tmp_path / "a.jsonl")[1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("episodes", "run", "OUT", "--out", "b.csv"), "b.csv: episodes are written to a file that ends in .jsonl"),
        (("episodes", "run", "OUT", "--out", "b.jsonl", "--option", "x"), "is no KEY=VALUE"),
        (("episodes", "ran", "OUT", "--out", "b.jsonl"), "did you mean 'run'?"),
        (("export", "OUT"), "give one of --wide FILE, --long FILE and --episodes FILE"),
        (("export", "OUT", "--episodes", "b.csv"), "b.csv: episodes are written to a file that ends in .jsonl"),
    ],
)
def test_mistakes_on_the_command_line(tmp_path, minipublic, arguments, message):
    code, said = minipublic(*(tmp_path if a == "OUT" else a for a in arguments))
    assert code == 2
    assert message in said
