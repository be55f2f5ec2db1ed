"""The command `personas match`."""

import json

from commands import minipublic

from minipublic import Persona, Population


def match(folder, *more, code=0):
    files = ("--personas", folder / "p.csv", "--humans", folder / "humans.csv", "--out", folder / "m.csv")
    return minipublic("personas", "match", *files, "--codebook", folder / "codebook.yaml", *more, code=code)


def save(folder, n=60):
    parties = ("Democrat", "Republican")
    people = (Persona(f"p{k}", {"party": parties[k % 2]} if k % 3 else {}) for k in range(n))
    Population(tuple(people)).save(folder / "p.csv")


def test_through_a_codebook(folder):
    save(folder)
    shown = match(folder, "--traits", "party", "--method", "max_weight").stdout
    # 20 humans of either party; of each party 20 personas who tell it
    assert "max_weight: 40 humans, 60 personas" in shown
    assert "sum of weights: 40, 1 a human (higher is better); proven to be the largest, within " in shown
    assert "distinct personas: 40; most humans on one: 1" in shown
    # All forty alike: Wilson, 40 / (40 + 1.96²)
    assert "party: 1.000 ([0.912, 1.000]; 0.500; n = 40); 20 personas tell nothing of it" in shown
    assert (folder / "m.csv").read_text().startswith("human,persona,weight,party_human,party_probability\n")
    assert json.loads((folder / "m.summary.json").read_text())["labels"] == {"party": 2}


def test_the_seed_decides_ties(folder):
    save(folder)
    pairs = []
    for seed in (1, 1, 2):
        match(folder, "--traits", "party", "--method", "greedy", "--seed", seed)
        pairs.append((folder / "m.csv").read_text())
    assert pairs[0] == pairs[1] != pairs[2]


def test_a_mistake_is_one_message(folder):
    save(folder, 30)
    shown = match(folder, "--traits", "party", "--method", "random", code=2).stderr
    assert "40 humans and only 30 personas; make more personas" in shown
    shown = match(folder, "--traits", "Party", code=2).stderr
    assert "no persona has the trait 'Party'; did you mean `party`?" in shown
    assert "Traceback" not in shown
