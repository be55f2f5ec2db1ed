"""Runs every example on the built-in model; those that need human data are skipped with the reason where they are absent.

Those of `representatives` train models and need the extra `local`: `make representatives` runs the study in miniature, and
tests/simulation/representatives/test_miniature_study.py a smaller setting of it.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
DATA = Path(os.environ.get("MINIPUBLIC_DATA", HERE.parent.parent / "shared" / "data"))

# The study of virtual personas as it stands takes half an hour; docs/personas_study.md says what comes of it.
SMALL = [
    *("--set", "population.sample=16", "--set", "evaluation.bootstrap=20"),
    *(part for pool in ("natural", "interview", "unchecked") for part in ("--set", f"backstories.{pool}.n=24")),
]


def run(*arguments) -> None:
    print("$", *(str(a) for a in arguments), flush=True)
    subprocess.run([sys.executable, *map(str, arguments)], check=True)


def main() -> None:
    command = ("-m", "minipublic.simulation.cli", "run")
    with tempfile.TemporaryDirectory() as folder:
        run(HERE / "minimal.py")
        run(HERE / "own_protocol.py")
        run(HERE / "fork_episode.py")
        run(HERE / "own_mediator.py")
        run(HERE / "human_seat.py")
        run(*command, HERE / "wealth_tax.yaml", "--out", f"{folder}/wealth_tax")
        run(*command[:-1], "compare", HERE / "mechanisms.yaml", "--out", f"{folder}/mechanisms")
        for program in sorted((HERE / "protocols").glob("*.py")):
            run(program)
        for study in sorted((HERE / "protocols").glob("*.yaml")):
            run(*command, study, "--out", f"{folder}/{study.stem}")
        if (DATA / "nonvoters_2020").is_dir():
            study = HERE / "nonvoters" / "study.yaml"
            run(*command, study, "--set", f"data={DATA}", "--limit", "500", "--out", f"{folder}/nonvoters")
            study = HERE / "atp_style" / "study.yaml"
            run(*command, study, "--set", f"data={DATA}", *SMALL, "--out", f"{folder}/atp_style")
        else:
            print(f"skipped examples/nonvoters and atp_style: no human data in {DATA} (set MINIPUBLIC_DATA)")
    print("all examples ran")


if __name__ == "__main__":
    main()
