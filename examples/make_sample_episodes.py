"""Makes simulation/starters/sample_episodes.jsonl: deliberations of made-up people (see `models.miniature`)."""

from pathlib import Path

from minipublic.personas.representatives import generate_study, save_episodes

OUT = Path(__file__).parent.parent / "simulation" / "starters" / "sample_episodes.jsonl"

if __name__ == "__main__":
    save_episodes(generate_study(30, seed=1), OUT)
    print(OUT)
