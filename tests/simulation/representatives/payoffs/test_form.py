"""The questionnaire is blank, blind and balanced; filled in by simulated people it shows what is true of them."""

import csv
import json
import random

import numpy as np
import pytest
from typer.testing import CliRunner

from minipublic.personas.persona import Persona
from minipublic.personas.population import Population
from minipublic.personas.representatives import Episode, EpisodeSet, SeatWords, save_episodes
from minipublic.simulation.cli.app import app
from minipublic.simulation.errors import InputError
from minipublic.simulation.representatives.payoffs.check import check_lines, check_payoffs, read_ratings
from minipublic.simulation.representatives.payoffs.form import FormSettings, write_form

EPISODES = EpisodeSet(
    Population((Persona("a"),)),
    (
        *(
            Episode(f"e{k}", f"s{k}", f"Question {k}?", "", f"Say {k}.", f"Say {k}, rather more.", (SeatWords("a"),))
            for k in range(12)
        ),
        Episode("same", "s", "Same?", "", "One.", "One. ", (SeatWords("a"),)),
        Episode("bare", "s", "Bare?"),
    ),
)


def read(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def fill(folder, people=24, seed=0, gain=0.8):
    """Simulated people fill in the forms: an own level, the form's scale, a revision that is worth `gain` points."""
    draw = random.Random(seed)
    rows, key = read(folder / "ratings.csv"), {row["item"]: row for row in read(folder / "key.csv")}
    forms = sorted({row["form"] for row in rows})
    filled, truth = [], {}
    for k in range(people):
        level = 4 + draw.gauss(0, 0.8)
        for row in (row for row in rows if row["form"] == forms[k % len(forms)]):
            worth = level + (int(key[row["item"]]["episode"][1:]) - 5) / 4
            worth += gain if key[row["item"]]["version"] == "revised" else 0
            rating = min(7, max(1, round(worth + draw.gauss(0, 0.7))))
            truth[f"r{k}", row["item"]] = worth
            filled.append(row | {"respondent": f"r{k}", "opinion": f"I am {level:.1f}.", "rating": str(rating)})
    save(folder / "ratings.csv", filled)
    return filled, truth


def save(path, rows):
    with path.open("w", newline="") as file:
        table = csv.DictWriter(file, rows[0].keys())
        table.writeheader()
        table.writerows(rows)


@pytest.fixture
def form(tmp_path):
    counts = write_form(EPISODES, FormSettings(pairs=9, each=4, seed=3), tmp_path, "episodes.jsonl")
    assert counts == {"pairs": 9, "forms": 3, "unused": 2}
    return tmp_path


def test_the_template_is_blank_blind_and_complete(form):
    rows, key = read(form / "ratings.csv"), read(form / "key.csv")
    assert len(rows) == len(key) == 18
    assert {row["item"] for row in rows} == {row["item"] for row in key}
    assert all(not row[column] for row in rows for column in ("respondent", "opinion", "rating"))
    shown = (form / "ratings.csv").read_text() + (form / "instructions.html").read_text()
    assert "draft" not in shown
    assert "revis" not in shown
    assert "7 = Strongly agree" in rows[0]["scale"]
    assert "voluntary" in (form / "instructions.html").read_text()
    assert not (form / "people.csv").exists()


def test_orders_are_drawn_and_the_same_again_for_a_seed(form, tmp_path_factory):
    versions = {row["item"]: row["version"] for row in read(form / "key.csv")}
    first = [versions[row["item"]] for row in read(form / "ratings.csv") if int(row["place"]) % 2]
    assert set(first) == {"draft", "revised"}
    again, other = (tmp_path_factory.mktemp(name) for name in ("again", "other"))
    write_form(EPISODES, FormSettings(pairs=9, each=4, seed=3), again, "episodes.jsonl")
    write_form(EPISODES, FormSettings(pairs=9, each=4, seed=4), other, "episodes.jsonl")
    texts = [(folder / "ratings.csv").read_text() for folder in (form, again, other)]
    assert texts[0] == texts[1] != texts[2]


def test_only_what_the_model_is_told_is_asked_of_people(tmp_path):
    write_form(EPISODES, FormSettings(pairs=2, traits=("party", "age_group")), tmp_path, "episodes.jsonl")
    assert (tmp_path / "people.csv").read_text().split() == ["respondent,party,age_group"]
    assert "party and age group" in (tmp_path / "instructions.html").read_text()


def test_answers_are_never_written_over(form):
    with pytest.raises(InputError, match="perhaps with answers"):
        write_form(EPISODES, FormSettings(), form, "episodes.jsonl")


def test_filled_in_ratings_become_cases(form):
    filled, _ = fill(form)
    (form / "people.csv").write_text("respondent,party\nr0,left\nr1,\n")
    ratings = read_ratings(form / "ratings.csv")
    assert len(ratings.cases) == len(filled)
    case = ratings.cases.cases[0]
    assert dict(case.persona.attributes) == {"party": "left"}
    assert case.opinion.startswith("I am")
    assert case.question not in {p.question for p in case.persona.past}
    assert len(case.persona.past) == 2
    assert not ratings.cases.cases[-1].persona.attributes


def test_true_payoffs_agree_with_ratings_and_random_ones_do_not(form):
    _, truth = fill(form, people=40)
    ratings = read_ratings(form / "ratings.csv")
    worth = np.array([truth[p, s] for p, s in zip(ratings.cases.people, ratings.cases.statements, strict=True)])
    noise = np.random.default_rng(0).uniform(1, 7, len(worth))
    found = check_payoffs(ratings, {"true": np.clip(worth, 1, 7), "noise": noise}, bootstrap=300)
    true, random_ = found["ratings"]["predictors"]["true"], found["ratings"]["predictors"]["noise"]
    assert true["pearson"]["ci"][0] > 0.7
    assert true["slope"]["ci"][0] < 1 < true["slope"]["ci"][1]
    assert random_["pearson"]["ci"][0] < 0.2
    gains = found["gains"]["true"]
    assert gains["people"]["ci"][0] < 0.8 < gains["people"]["ci"][1]
    assert gains["predicted"]["value"] == pytest.approx(0.8, abs=0.1)
    assert gains["same_direction"]["ci"][0] > 0.55
    assert sum(bin["n"] for bin in found["curves"]["true"]) == len(worth)
    assert "Pearson" in "\n".join(check_lines(found))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"rating": "8"}, "row 2: the rating is '8'"),
        ({"rating": "4.5"}, "row 2: the rating is '4.5'"),
        ({"respondent": ""}, "row 2: there is a rating and no respondent"),
        ({"item": "s0"}, "row 2: the item 's0' is not in key.csv"),
        ({"respondent": "r3"}, "rates .* twice"),
    ],
)
def test_wrong_answers_are_named(form, change, said):
    filled, _ = fill(form, people=6)
    save(form / "ratings.csv", [filled[0] | change, *filled[1:]])
    with pytest.raises(InputError, match=said):
        read_ratings(form / "ratings.csv")


def test_a_blank_questionnaire_cannot_be_checked(form):
    with pytest.raises(InputError, match="no rating is filled in"):
        read_ratings(form / "ratings.csv")


def test_the_commands(tmp_path):
    save_episodes(EPISODES, tmp_path / "e.jsonl")
    folder, out = tmp_path / "form", tmp_path / "check.json"
    made = CliRunner().invoke(app, ["payoffs", "template", str(tmp_path / "e.jsonl"), "--n", "6", "--out", str(folder)])
    assert made.exit_code == 0, made.output
    assert "6 pairs in 2 forms" in made.output
    fill(folder, people=12)
    command = ["payoffs", "check", str(folder / "ratings.csv"), "--model", "synthetic:default", "--json", str(out)]
    checked = CliRunner().invoke(app, [*command, "--bootstrap", "50"])
    assert checked.exit_code == 0, checked.output
    assert "72 ratings of 12 statements by 12 people" in checked.output
    assert json.loads(out.read_text())["ratings"]["predictors"]["scale, synthetic:default"]["mae"]["ci"]
