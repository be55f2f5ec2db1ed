"""Makes public.yaml: a simulated public whose answers are distributed as those of real Americans in 2020.

It is fitted to the non-voters poll (FiveThirtyEight / Ipsos, CC BY 4.0), which is read where it is and not copied: three
attitudes that people share by their traits, and thirty-five items that follow from them (`graded_fit`). The file holds
fitted aggregates only.

    python examples/atp_style/make_public.py            (with MINIPUBLIC_DATA, or --data FOLDER)
    python examples/atp_style/make_public.py --check    reads public.yaml and prints how well it fits, and fits nothing
"""

import argparse
import os
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import yaml
from graded_fit import fit, varimax

import minipublic
from minipublic.evaluators.survey import evaluate_survey
from minipublic.models.synthetic import SyntheticModel, as_people, from_spec
from minipublic.simulation.codebook import load_codebook
from minipublic.simulation.tables import human_responses, read_table

HERE = Path(__file__).parent
ROOT = Path(minipublic.__file__).parent
DIMENSIONS, ROUNDS, OPTIONS = 3, 31, 4
# The public that tells stories is not the people: language models were found to speak more often as the young, the
# educated and the left (Santurkar et al. 2023). Each label's share is multiplied by this.
TELLERS = {
    "party": {"Democrat": 1.7},
    "age": {"18-29": 2.0, "30-44": 1.5, "65+": 0.4},
    "education": {"College": 1.8, "High school or less": 0.5},
}
HEADER = """\
# A simulated public whose answers are distributed as those of Americans in September 2020: parameters of the model
# `synthetic`, fitted by make_public.py to the poll "Why Many Americans Don't Vote" (FiveThirtyEight / Ipsos, CC BY 4.0,
# https://projects.fivethirtyeight.com/non-voters-poll-2020-election/; 5,836 respondents, survey weights). Fitted
# aggregates only: no respondent's answers are in here.
# positions, residual_sd: where the people of a label stand, and how far they differ beside it; an attitude has the standard
# deviation 1 over all people, and the mean 0. {named}
# shares: those who tell stories, who are not the people: younger, more educated and more often Democrats, as language models
# were found to speak (Santurkar et al. 2023).
# imagination, story_facts, flaw_rate: chosen, not fitted. Personas told by attributes alone are too much alike; an answer of an
# interview tells one thing about its teller, so that ten tell what one does not; and every other one is flawed.
"""


def main() -> None:
    read = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    read.add_argument("--data", type=Path, default=os.environ.get("MINIPUBLIC_DATA", ROOT.parent / "shared" / "data"))
    read.add_argument("--out", type=Path, default=HERE / "public.yaml")
    read.add_argument("--rounds", type=int, default=ROUNDS)
    read.add_argument("--check", action="store_true")
    arguments = read.parse_args()
    codebook = load_codebook(ROOT / "examples" / "nonvoters" / "codebook.yaml")
    table = read_table(Path(arguments.data) / "nonvoters_2020" / "nonvoters_data.csv")
    humans = human_responses(table, codebook).responses
    if not arguments.check:
        arguments.out.write_text(fitted(humans, arguments.rounds))
    check(humans, yaml.safe_load(arguments.out.read_text()))


def fitted(humans, rounds) -> str:
    """The file's text."""
    x, columns, shares = indicators(humans)
    found = fit(humans.answers.astype(int), humans.weights, x, OPTIONS, DIMENSIONS, rounds)
    a, beta, residual = oriented(found, x, humans.weights, columns)
    items = {
        item.code: {"discrimination": rounded(a[j]), "thresholds": rounded(found.b[j])}
        for j, item in enumerate(humans.items)
    }
    public = {
        "dimensions": DIMENSIONS,
        "residual_sd": rounded(residual),
        "imagination": 0.3,
        "story_facts": 1,
        "flaw_rate": 0.5,
        "positions": {
            trait: {label: rounded(effect(beta, columns, trait, label)) for label in labels}
            for trait, labels in shares.items()
        },
        "shares": {trait: tellers(trait, labels) for trait, labels in shares.items()},
        "items": items,
    }
    named = named_by(items)
    return HEADER.format(named=named) + yaml.dump(public, sort_keys=False, default_flow_style=None, width=120)


def oriented(found, x, weights, columns):
    """Slopes, effects and the errors' deviations, turned so that few items show each attitude.

    Over all people an attitude has the standard deviation 1; it points to where Democrats stand, the most partisan first.
    """
    turn = varimax(found.a)
    a, beta = found.a @ turn, found.beta @ turn
    total = np.sqrt(1 + np.diag(np.cov((x @ beta).T, aweights=weights)))
    a, beta, residual = a * total, beta / total, 1 / total
    democrats = effect(beta, columns, "party", "Democrat")
    order, sign = np.argsort(-np.abs(democrats)), np.sign(democrats)
    return (a * sign)[:, order], (beta * sign)[:, order], residual[order]


def rounded(numbers) -> list[float]:
    return [round(float(number), 3) for number in numbers]


def named_by(items) -> str:
    """Which items each attitude shows in most, for whoever reads the file."""
    lines = []
    for k in range(DIMENSIONS):
        strongest = sorted(items, key=lambda code: -abs(items[code]["discrimination"][k]))[:6]
        lines.append(f"\n#   attitude {k + 1} shows most in {', '.join(strongest)}")
    return "The attitudes point to where Democrats stand:" + "".join(lines)


def indicators(humans):
    """Columns that are 0 on average over the weighted people (n, columns), their names, and the labels' shares.

    A trait's last label takes what is left, so that the effects of its labels are 0 on average; who has no label (no
    party) stands in the middle of those who have one.
    """
    columns, names, shares = [], [], {}
    for trait, labels in humans.attributes.items():
        found = [str(label) for label in np.unique(labels) if label]
        weight = {label: humans.weights[labels == label].sum() for label in found}
        shares[trait] = {label: weight[label] / sum(weight.values()) for label in found}
        last = found[-1]
        for label in found[:-1]:
            against = shares[trait][label] / shares[trait][last]
            columns.append((labels == label) - against * (labels == last))
            names.append((trait, label, last, against))
    return np.stack(columns, 1), names, shares


def effect(beta, columns, trait, label):
    """A label's position (D,)."""
    total = np.zeros(beta.shape[1])
    for row, (name, first, last, against) in zip(beta, columns, strict=True):
        if name == trait:
            total += row * ((first == label) - against * (last == label))
    return total


def tellers(trait, shares) -> dict[str, float]:
    """The shares of those who tell stories."""
    tilted = {label: share * TELLERS.get(trait, {}).get(label, 1.0) for label, share in shares.items()}
    return {label: round(float(share / sum(tilted.values())), 3) for label, share in tilted.items()}


def check(humans, options) -> None:
    """Prints how far the public's answers are from the humans', its people having the humans' own attributes."""
    public = from_spec("fitted", **options).public
    people = {"its people": (as_people(public), "qa"), "the model, told attributes": (public, "qa")}
    people["the model, told nothing"] = (public, "none")
    for name, (asked, style) in people.items():
        simulated = answered(SyntheticModel("fitted", asked), humans, style)
        found = evaluate_survey(humans, simulated, by=["party"], bootstrap=0, simulated_weighted=True)
        if style == "qa" and asked is not public:
            print(f"{'human halves':26s} {numbers(found['human_bound'])}")
        print(f"{name:26s} {numbers(found)}")
        for party, group in found["groups"]["party"].items():
            print(f"  {party:24s} {numbers(group)}")


def answered(model, humans, style):
    """One answer to every item by a persona with each human's attributes."""
    chance = random.Random(7)
    answers = np.empty_like(humans.answers)
    for i, respondent in enumerate(humans.respondents):
        known = {trait: str(labels[i]) for trait, labels in humans.attributes.items() if labels[i]}
        person = {"persona": str(respondent), "attributes": known, "style": style}
        for j, item in enumerate(humans.items):
            p = model.probabilities(person | {"question": item.code, "ordinal": True}, len(item.values))
            answers[i, j] = chance.choices(range(len(p)), p)[0]
    return replace(humans, answers=answers)


def numbers(found) -> str:
    wasserstein, frobenius = (
        found[name]["value"] if isinstance(found[name], dict) else found[name] for name in ("wasserstein", "frobenius")
    )
    return f"WD {wasserstein:.3f}  Fro {frobenius:.3f}"


if __name__ == "__main__":
    main()
