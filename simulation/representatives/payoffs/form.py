"""A questionnaire with which real people rate statements, so that predicted payoffs can be checked against theirs."""

from __future__ import annotations

import csv
import hashlib
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from ....models.templates import Template
from ....personas.questions import AGREEMENT
from ....personas.representatives.episodes import Episode, EpisodeSet
from ....personas.visible import visible
from ...errors import InputError
from ...folder import write_text
from ...spreadsheets import inert

COLUMNS = ("form", "respondent", "place", "item", "question", "opinion", "statement", "rating", "scale")
KEY_COLUMNS = ("item", "episode", "version")
VERSIONS = ("draft", "revised")
SCALE = "; ".join(f"{k} = {label}" for k, label in enumerate(AGREEMENT, start=1))
_TEXTS = Path(__file__).parent / "forms"


@dataclass(frozen=True, slots=True)
class FormSettings:
    """What the questionnaire is like.

    Args:
        pairs: How many pairs of statements are drawn, a draft and its revision each.
        each: How many of them a person is shown.
        seed: Of the draw and of every order.
        traits: What is asked of a person besides; only what the payoff model is told of people.
    """

    pairs: int = 50
    each: int = 5
    seed: int = 0
    traits: tuple[str, ...] = ()


def write_form(episodes: EpisodeSet, settings: FormSettings, out: Path, source: str) -> dict[str, int]:
    """Writes the blank questionnaire; see the README.md that it writes.

    Args:
        episodes: Whose drafts and revisions are asked about.
        settings: What it is like.
        out: A folder that holds no questionnaire yet.
        source: Where the episodes come from, for the README.

    Returns:
        How many `pairs` and `forms` there are, and how many episodes could not be used.

    Raises:
        InputError: No episode has two different statements, or a questionnaire is there.
    """
    usable = [e for e in episodes.episodes if e.draft and e.revised and e.draft.strip() != e.revised.strip()]
    if not usable:
        raise InputError(f"{source}: no episode has a draft and a revision that differ; a pair needs both")
    if (out / "ratings.csv").exists():
        raise InputError(f"{out / 'ratings.csv'} is there already, perhaps with answers; choose another --out")
    draw = random.Random(settings.seed)
    drawn = draw.sample(usable, min(settings.pairs, len(usable)))
    wanted = -(-len(drawn) // settings.each)
    forms = [drawn[k::wanted] for k in range(wanted)]  # of about the same length
    out.mkdir(parents=True, exist_ok=True)
    rows = [row for number, form in enumerate(forms, start=1) for row in _rows(number, form, draw, settings.seed)]
    _write(out / "ratings.csv", COLUMNS, rows)
    key = [(item_code(e, v, settings.seed), e.id, v) for e in drawn for v in VERSIONS]
    # In the order of the codes: no row of the key stands where its statement does.
    _write(out / "key.csv", KEY_COLUMNS, [dict(zip(KEY_COLUMNS, row, strict=True)) for row in sorted(key)])
    if settings.traits:
        _write(out / "people.csv", ("respondent", *settings.traits), [])
    counts = {"pairs": len(drawn), "forms": len(forms), "unused": len(episodes) - len(usable)}
    _write_texts(out, settings, counts, source)
    return counts


def item_code(episode: Episode, version: str, seed: int) -> str:
    """A statement's code, from which nobody can tell what it is."""
    return "s" + hashlib.sha256(f"{seed} {episode.id} {version}".encode()).hexdigest()[:8]


def _rows(number: int, form: Sequence[Episode], draw: random.Random, seed: int) -> Iterable[dict[str, object]]:
    place = 0
    for episode in draw.sample(form, len(form)):
        for version in draw.sample(VERSIONS, 2):
            place += 1
            statement = (episode.draft if version == "draft" else episode.revised) or ""
            shown = {"question": episode.question, "statement": statement, "scale": SCALE}
            yield {"form": number, "place": place, "item": item_code(episode, version, seed), **shown}


def _write(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, columns, restval="")
        table.writeheader()
        table.writerows({name: inert(value) for name, value in row.items()} for row in rows)


def _write_texts(out: Path, settings: FormSettings, counts: Mapping[str, int], source: str) -> None:
    traits = " and ".join(name.replace("_", " ") for name in settings.traits)
    asked = _text("traits.txt").fill(traits=escape(visible(traits))) if traits else ""
    labels = "\n".join(f"<li>{k} {escape(label)}</li>" for k, label in enumerate(AGREEMENT, start=1))
    each = str(-(-counts["pairs"] // counts["forms"]))
    page = _text("instructions.html").fill(each=each, labels=labels, traits=asked)
    write_text(out / "instructions.html", page)
    columns = ", ".join(f"`{name}`" for name in ("respondent", *settings.traits))
    readme = _text("README.md").fill(
        source=source,
        pairs=str(counts["pairs"]),
        forms=str(counts["forms"]),
        each=each,
        seed=str(settings.seed),
        labels=SCALE,
        traits=f" and from {traits}" if traits else "",
        people_file="| `people.csv` | a row for each respondent; filled in as well |" if traits else "",
        people_columns=f"\n## people.csv\n{columns}: a row for each person; blank where not given.\n" if traits else "",
    )
    write_text(out / "README.md", readme)


def _text(name: str) -> Template:
    path = _TEXTS / name
    return Template(name, path.read_text(encoding="utf-8"), str(path))
