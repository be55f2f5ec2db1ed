"""Time per answer and peak memory of a survey of 1,000 to 100,000 personas × 10 items on the synthetic model.

Run `python benchmarks/scale.py [LARGEST]`. Each size runs in a process of its own. The goal: memory flat, under 500 MB.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
from pathlib import Path

SIZES = (1_000, 10_000, 100_000)
STUDY = """
study: scale
kind: survey
population:
  generate: {n}
  attributes: {{party: {{shares: {{A: 1, B: 1}}}}, age: {{shares: {{young: 1, old: 2}}}}}}
survey: {{codebook: codebook.yaml}}
"""


def codebook() -> str:
    items = "\n".join(
        f"  q{k}: {{text: Statement {k}, options: {{1: no, 2: rather no, 3: rather yes, 4: yes}}}}" for k in range(10)
    )
    return f"items:\n{items}\n"


def one(n: int) -> None:
    """Runs one size in this process and prints what it took."""
    import asyncio

    from minipublic.simulation.loading import load_study
    from minipublic.simulation.planning import make_plan
    from minipublic.simulation.run import run_study

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "study.yaml"
        path.write_text(STUDY.format(n=n))
        (path.parent / "codebook.yaml").write_text(codebook())
        run = asyncio.run(run_study(make_plan(load_study(path), path), path.parent / "out"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{n:>8,} personas: {1000 * run['seconds'] / run['answers']:.3f} ms an answer, peak memory {peak:,.0f} MB",
        flush=True,
    )


def main() -> None:
    largest = int(sys.argv[1]) if len(sys.argv) > 1 else SIZES[-1]
    for n in SIZES:
        if n <= largest:
            subprocess.run([sys.executable, __file__, "--one", str(n)], check=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        one(int(sys.argv[2]))
    else:
        main()
