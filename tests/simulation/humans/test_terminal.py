import asyncio
import io
import json
import os
import pty
import signal
import subprocess
import time

import pytest
from commands import command, minipublic, run_json

from minipublic.graphs.humans import Human, choice_wanted, text_wanted
from minipublic.personas import likert
from minipublic.simulation.cli.seats import seat_overrides
from minipublic.simulation.errors import InputError
from minipublic.simulation.humans.keyboard import Keyboard
from minipublic.simulation.humans.playing import Host, Table, _Asking
from minipublic.simulation.humans.replies import Replies
from minipublic.simulation.humans.terminal import Terminal
from minipublic.simulation.loading import load_study
from minipublic.simulation.planning import make_plan
from minipublic.simulation.run import run_study

NAMES = ("study", 0, "p0", "q", 0, "step")
LATE = {"human": Human(deadline_s=0.05, otherwise="representative")}


def text(prompt="What do you think?", human=Human()):
    return text_wanted(human, "seat_1", "opinion", prompt, NAMES, "g0")


def choice(human=Human()):
    labels = ("No", "\x1b[31mRed\x1b[0m", "Yes")
    return choice_wanted(human, "seat_1", likert("position", "?", labels), "Agreed?", NAMES, "g0")


async def typed(lines, *asked):
    """What comes of lines in a pipe, one reply after the other, and what the screen showed."""
    read, write = os.pipe()
    os.write(write, lines.encode() if isinstance(lines, str) else lines)
    os.close(write)
    screen = io.StringIO()
    terminal = Terminal(Keyboard(read), screen)
    try:
        return [await terminal.answer(wanted) for wanted in asked], screen.getvalue()
    finally:
        os.close(read)


async def test_texts_have_lines_and_choices_have_signs():
    given, shown = await typed("I think:\n- so\n\n\n 3 \nlast", text(), choice(), text())
    assert given == [{"text": "I think:\n- so"}, {"answer": "3"}, {"text": "last"}]
    assert "g0 · seat_1 · opinion" in shown
    assert "What do you think?" in shown
    assert "  1  No\n" in shown


async def test_commands_help_decline_and_end():
    given, shown = await typed("?\n-\n?\n-\n", text(), choice(), choice(), text(human=LATE["human"]))
    assert given == [{"declined": True}, {"declined": True}, {"deadline": True}, {"deadline": True}]
    assert shown.count("Ctrl-C  stops the run") == 2
    assert "nothing is recorded of you" in shown
    assert "your representative answers" in shown


async def test_what_others_wrote_cannot_act_on_the_terminal():
    _, shown = await typed("x\n\n1\n", text("> \x1b]0;title\x07 \u202eevil \x9b2J"), choice())
    assert not set("\x1b\x07\u202e\x9b") & set(shown)
    assert "⟨U+202E⟩evil" in shown
    assert "⟨U+001B⟩[31mRed" in shown


async def test_bytes_that_are_no_text_are_read_all_the_same():
    given, _ = await typed(b"caf\xe9\r\n\r\n", text())
    assert given == [{"text": "caf\ufffd"}]


async def test_the_problem_is_said_and_the_question_not_repeated():
    _, shown = await typed("1\n", choice() | {"problem": "'9' is none of the options"})
    assert "'9' is none of the options" in shown
    assert "Agreed?" not in shown


async def test_a_line_typed_too_late_is_the_next_replys_in_a_pipe():
    read, write = os.pipe()
    screen = io.StringIO()
    table = Table(LATE, Host(Terminal(Keyboard(read), screen).answer), Replies())
    async with _Asking(table) as asking:
        late = await asking.some({"a": text(human=LATE["human"])})
        assert late == {"a": {"deadline": True}}
        assert "The time is up: your representative answers." in screen.getvalue()
        os.write(write, b"2\n")
        assert await asking.some({"b": choice()}) == {"b": {"answer": "2"}}
    os.close(write)


def on_a_terminal(study, out, *more):
    """The command with a terminal of its own: the process, and the terminal's other end."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        command("run", study, "--out", out, *more), stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    )
    os.close(theirs)
    return process, ours


def shown_until(handle, said, timeout_s=60.0):
    held, until = b"", time.monotonic() + timeout_s
    while said.encode() not in held:
        assert time.monotonic() < until, held.decode()
        held += os.read(handle, 4096)
    return held.decode()


ONE_GROUP = {
    "population": {"generate": 6, "attributes": {"party": {"shares": {"D": 0.5, "R": 0.5}}}},
    "consensus": {"questions": ["Should we tax wealth?"], "groups": 2, "group_size": 3},
}
REPLIES = "6\nMy own opinion,\non two lines.\n\nMy critique.\n\n5\n7\n"


def test_a_seat_of_a_study_is_played_through_the_terminal(consensus, tmp_path):
    path = consensus(**ONE_GROUP)
    plan = make_plan(load_study(path, seat_overrides(["seat_2"], None)), path)
    read, write = os.pipe()
    os.write(write, REPLIES.encode())
    os.close(write)
    host = Host(Terminal(Keyboard(read), io.StringIO()).answer, one_by_one=True)
    asyncio.run(run_study(plan.one_by_one(), tmp_path / "run", limit=1, host=host))
    os.close(read)
    (transcript,) = map(json.loads, (tmp_path / "run" / "transcripts.jsonl").read_text().splitlines())
    assert transcript["opinions"]["seat_2"] == "My own opinion,\non two lines."
    assert transcript["endorsements"]["seat_2"] == {"draft": 5, "revised": 7}


@pytest.mark.slow
def test_a_piped_person_takes_part_and_is_not_asked_again(consensus, tmp_path):
    study, out = consensus(**ONE_GROUP), tmp_path / "run"
    done = minipublic("run", study, "--human", "seat_2", "--limit", 1, "--out", out, input=REPLIES)
    assert "You sit in seat_2, in 1 episode, one after the other" in done.stderr
    (transcript,) = map(json.loads, (out / "transcripts.jsonl").read_text().splitlines())
    assert transcript["opinions"]["seat_2"] == "My own opinion,\non two lines."
    assert transcript["critiques"]["seat_2"] == "My critique."
    assert transcript["endorsements"]["seat_2"] == {"draft": 5, "revised": 7}
    again = minipublic("run", study, "--human", "seat_2", "--limit", 1, "--out", out, input="")
    assert "Should we tax wealth?" not in again.stderr
    assert run_json(out)["calls"]["asked_now"] == 0
    assert [transcript] == [*map(json.loads, (out / "transcripts.jsonl").read_text().splitlines())]


def test_mistakes_are_one_clear_message(consensus):
    with pytest.raises(InputError, match="no seat is called 'seat_7'; a group has seat_1, seat_2, seat_3"):
        load_study(consensus(**ONE_GROUP), seat_overrides(["seat_7"], None))
    with pytest.raises(InputError, match="--deadline is for the replies of --human SEAT"):
        seat_overrides([], 10)
    with pytest.raises(InputError, match=r"seats\.seat_1\.deadline: .* greater than 0"):
        load_study(consensus(**ONE_GROUP), seat_overrides(["seat_1"], -1))


@pytest.mark.slow
def test_ctrl_c_at_the_terminal_leaves_the_run_resumable(consensus, tmp_path):
    study, out = consensus(**ONE_GROUP), tmp_path / "run"
    seat = ("--human", "seat_2", "--limit", "1")
    process, terminal = on_a_terminal(study, out, *seat)
    shown_until(terminal, "(? for help)")
    os.write(terminal, b"6\n")
    shown_until(terminal, "(Your text")
    os.write(terminal, b"half a tex")
    process.send_signal(signal.SIGINT)
    assert "run the same command again to resume" in shown_until(terminal, "to resume")
    assert process.wait(timeout=20) == 1
    assert run_json(out)["status"] == "interrupted"

    process, terminal = on_a_terminal(study, out, *seat)
    shown = shown_until(terminal, "(Your text")
    assert "How much do you agree" not in shown  # the position is on record
    os.write(terminal, b"Whole.\n\nNo critique of mine.\n\n5\n")
    shown_until(terminal, "endorsement_revised")
    os.write(terminal, b"\x04")  # the end of this reply
    shown_until(terminal, "report:")
    assert process.wait(timeout=20) == 3
    (transcript,) = map(json.loads, (out / "transcripts.jsonl").read_text().splitlines())
    assert transcript["opinions"]["seat_2"] == "Whole."
    assert transcript["endorsements"]["seat_2"]["revised"] == {"missing": "deadline", "raw": ""}


@pytest.mark.slow
def test_the_time_runs_out_at_the_terminal(consensus, tmp_path):
    study, out = consensus(**ONE_GROUP), tmp_path / "run"
    late = ("--human", "seat_2", "--limit", "1", "--deadline", "1", "--set", "seats.seat_2.otherwise=representative")
    process, terminal = on_a_terminal(study, out, *late)
    shown_until(terminal, "you: ")
    os.write(terminal, b"7 typed and never sent")
    shown_until(terminal, "The time is up: your representative answers.")
    shown_until(terminal, "you: ")
    os.write(terminal, b"In time.\n\n")
    shown_until(terminal, "report:")
    assert process.wait(timeout=20) == 0
    (transcript,) = map(json.loads, (out / "transcripts.jsonl").read_text().splitlines())
    assert transcript["opinions"]["seat_2"] == "In time."
    assert transcript["positions"]["seat_2"] in range(1, 8)


@pytest.mark.slow
def test_a_run_that_is_killed_keeps_every_reply(consensus, tmp_path):
    study, out = consensus(**ONE_GROUP), tmp_path / "run"
    asked = command("run", study, "--human", "seat_2", "--limit", 1, "--out", out)
    process = subprocess.Popen(asked, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    process.stdin.write(b"6\nKept.\n\n")
    process.stdin.flush()
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if (out / "humans.jsonl").exists() and len((out / "humans.jsonl").read_text().splitlines()) == 2:
            break
        time.sleep(0.02)
    process.kill()
    process.wait()
    process.stdin.close()
    done = minipublic(*asked[3:], input="Critique.\n\n5\n5\n")
    assert "opinion ──" not in done.stderr
    (transcript,) = map(json.loads, (out / "transcripts.jsonl").read_text().splitlines())
    assert transcript["opinions"]["seat_2"] == "Kept."
