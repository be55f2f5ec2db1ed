"""The command `questions grow`."""

import json

import pytest
from commands import minipublic

SEEDS = "Should we raise the voting age?\nShould the government ban smoking?\nShould we tax wealth?\n"


@pytest.fixture
def seeds(tmp_path):
    path = tmp_path / "seeds.txt"
    path.write_text(SEEDS)
    return path


def grow(seeds, *more, model="synthetic:default", code=0, target=20):
    out = seeds.with_name("grown.json")
    return minipublic("questions", "grow", seeds, "--model", model, "--out", out, "--target", target, *more, code=code)


def grown(seeds):
    return json.loads(seeds.with_name("grown.json").read_text())


def account(seeds):
    return json.loads(seeds.with_name("grown.growth.json").read_text())


def test_the_same_command_asks_nothing_twice(seeds):
    first = grow(seeds, "--judge", "synthetic:judge", "--threshold", "0.3").stdout
    assert "20 new questions of " in first
    assert "left out (seed: is one of the seeds): " in first
    assert "left out (not_contentious: " in first
    assert " and 0 replayed now" in first
    before = grown(seeds)
    assert [row["source"] for row in before] == ["seed"] * 3 + ["synthetic:default"] * 20
    assert all(set(row["judged"]) == {"understandable", "contentious", "inoffensive"} for row in before[3:])
    again = grow(seeds, "--judge", "synthetic:judge", "--threshold", "0.3").stdout
    assert "; 0 calls asked and " in again
    assert grown(seeds) == before


def test_the_account_adds_up(seeds):
    grow(seeds)
    told = account(seeds)
    assert told["suggested"] == told["kept"] + len(told["rejected"])
    assert sum(told["filtered"].values()) == len(told["rejected"])
    assert told["stopped"] == "target"
    assert set(told["prompts"]) >= {"questions_new", "questions_judge", "questions_contentious"}


def test_a_server_that_stumbles_is_asked_again_only_for_what_it_lost(seeds, server_beside):
    server_beside.text = lambda body, number: "\n".join(
        f"{k}. Should we fund thing{body['seed']} part{k}?" for k in range(5)
    )
    model = f"openai-completions:m@{server_beside.url}"
    server_beside.faults = ["garbage"]
    lost = grow(seeds, "--seed", "3", model=model, code=3)
    assert "call without an answer (bad_response): 1" in lost.stdout
    asked = server_beside.requests
    whole = grow(seeds, "--seed", "3", model=model)
    assert "; 1 calls asked and 7 replayed now" in whole.stdout
    assert server_beside.requests == asked + 1
    grow(seeds, "--seed", "3", model=model)
    assert server_beside.requests == asked + 1


def test_a_judge_behind_a_server(seeds, server_beside):
    judge = f"openai:m@{server_beside.url}"
    # The server finds whatever stands first likelier: 0.4 to 0.3 of its probability.
    said = grow(seeds, "--judge", judge, "--threshold", "0.42", target=5).stdout
    assert "5 new questions" in said
    probabilities = {round(p, 4) for row in grown(seeds)[3:] for p in row["judged"].values()}
    assert probabilities == {round(4 / 7, 4), round(3 / 7, 4)}


def test_a_model_without_questions_is_not_asked_for_ever(seeds, server_beside):
    said = grow(seeds, model=f"openai:m@{server_beside.url}").stdout
    assert "0 new questions of 20 suggested in 20 calls" in said
    assert "stopped: hardly any suggestion was new any more" in said


def test_a_key_that_is_refused_is_one_message(seeds, server_beside):
    server_beside.always = "auth"
    assert "error: " in grow(seeds, model=f"openai:m@{server_beside.url}", code=1).stderr


def test_words_can_be_blocked(seeds):
    block = seeds.with_name("block.txt")
    block.write_text("night trains\nfireworks\n")
    said = grow(seeds, "--block", block, target=120).stdout
    assert "left out (blocked: has a blocked word): " in said
    assert not [row for row in grown(seeds) if "night trains" in row["question"]]


@pytest.mark.parametrize(
    ("more", "what"),
    [
        (["--out", "seeds.txt"], "let the name end in .json"),
        (["--method", "guess"], "there are first_token"),
        (["--block", "nowhere.txt"], "does not exist"),
    ],
)
def test_what_is_wrong_is_named(seeds, more, what):
    done = grow(seeds, *more, code=2)
    assert what in " ".join((done.stdout + done.stderr).replace("│", " ").split())


def test_seeds_that_are_none_are_named(seeds):
    seeds.write_text("# nothing\n")
    assert f"error: {seeds}: expected a list of questions, at least one" in grow(seeds, code=2).stderr


def test_a_grown_set_can_be_grown_on(seeds):
    grow(seeds)
    out = seeds.with_name("more.json")
    minipublic(
        "questions", "grow", seeds.with_name("grown.json"), "--model", "synthetic:default", "--out", out, "--target", 5
    )
    assert len(json.loads(out.read_text())) == 28
