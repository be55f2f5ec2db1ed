"""Makes the two vanilla models of the study in miniature: small and large, which know the language and nobody in it.

python examples/representatives/make_bases.py bases        writes bases/small and bases/large (some minutes)
"""

import sys
from pathlib import Path

from minipublic.personas.representatives import pretraining_texts
from minipublic.personas.representatives.from_scratch import SmallModel, make_small_model

SIZES = {
    "small": SmallModel(hidden=64, layers=2, steps=400, rate=4e-3),  # 0.2 million weights
    "large": SmallModel(hidden=96, layers=3, steps=400, rate=3e-3),  # 0.5 million
}
# Parts of prompts that do not go together, and lines that are said again: the language, the form of the task and taking
# up what was read, but not how a person's words follow from what is told of the person.
SHARES = {"loose": 0.2, "prompted": 0.3, "repeats": 0.5}


def main(folder: Path) -> None:
    texts = pretraining_texts(13_000, seed=1, shares=SHARES)
    for name, size in SIZES.items():
        if (folder / name / "config.json").is_file():
            print(f"{folder / name} is there already")
            continue

        def tell(step: int, loss: float, name: str = name) -> None:
            if step % 50 == 0:
                print(f"{name}: step {step}, {loss:.3f} nats per token", flush=True)

        make_small_model(folder / name, texts, size, tell)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "bases"))
