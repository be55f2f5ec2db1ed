"""Makes simulation/starters/sample_humans.csv: made-up people who answer a made-up survey.

They are another synthetic public than the default one (other parameters, from another name), so that the demo shows what
a comparison looks like when simulation and people differ. No real person answered anything.
"""

import csv
import random
from pathlib import Path

import minipublic
from minipublic.models.synthetic import SyntheticModel
from minipublic.personas.asking import draw, present, question_context
from minipublic.simulation.codebook import load_codebook

STARTERS = Path(minipublic.__file__).parent / "simulation" / "starters"
PEOPLE = 600


def main() -> None:
    chance = random.Random(2026)
    codebook = load_codebook(STARTERS / "codebook_survey.yaml")
    model = SyntheticModel("neighbours")
    rows = []
    for k in range(PEOPLE):
        party = chance.choices("DRI", (0.42, 0.36, 0.22))[0]
        age = min(95, max(18, round(chance.gauss(47, 18))))
        education = chance.choices(("High school", "Some college", "College"), (0.35, 0.3, 0.35))[0]
        # Older people are easier to reach: they are too many, and weigh less.
        row = {"respondent": f"h{k:03d}", "weight": round(1.5 - 0.01 * age + chance.random() * 0.2, 3)}
        row |= {"party": party, "age": age, "education": education}
        told = {"persona": row["respondent"], "attributes": {"party": party, "education": education}}
        for question in codebook.instrument().questions:
            options = present(question, (), reorder=False)
            context = told | question_context(question, options)
            answer = draw(model.probabilities(context, len(options)), chance.random())
            row[question.code] = -1 if chance.random() < 0.01 else options[answer].code
        rows.append(row)
    with (STARTERS / "sample_humans.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
