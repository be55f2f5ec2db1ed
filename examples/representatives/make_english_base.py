"""Makes a small vanilla model from 5,645 policy questions and their propositions: a little English, and nobody's opinion.

    python examples/representatives/make_english_base.py DATA FOLDER      writes FOLDER/english (some minutes)

DATA is the folder of human data with `habermas_questions` (Tessler et al. 2024, CC BY 4.0) in it. It takes the place of
a pretrained model where none can be downloaded; with one, leave this out and name its hub id in remesh.yaml.
"""

import sys
from pathlib import Path

from minipublic.personas.question_sets import read_questions
from minipublic.personas.representatives.from_scratch import SmallModel, make_small_model

SIZE = SmallModel(hidden=96, layers=3, vocabulary=2048, context=2048, steps=600, rate=2e-3)


def main(data: Path, folder: Path) -> None:
    texts = [
        "\n".join(filter(None, (q.question, q.affirming_statement, q.negating_statement)))
        for q in read_questions(data / "habermas_questions" / "230118_chinchilla_questions.json")
    ]

    def tell(step: int, loss: float) -> None:
        if step % 50 == 0:
            print(f"step {step}, {loss:.3f} nats per token", flush=True)

    make_small_model(folder / "english", texts, SIZE, tell)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
