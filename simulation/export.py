"""A run's answers as tables, and its episodes as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from ..personas.visible import in_one_line, visible
from .errors import InputError
from .folder import RunFolder
from .spreadsheets import inert_table

if TYPE_CHECKING:
    import pandas as pd


def long_table(run: Path, condition: str | None = None, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """A row per answer, as in `records.parquet`, of one condition or all, with all columns or those named.

    Raises:
        InputError: There is no such run or condition, or the run has no complete table yet.
    """
    import pandas as pd

    folder = RunFolder.open(run)
    if not folder.records.is_file():
        raise InputError(f"{run}: no records.parquet yet; run the study's command again to complete it")
    table = pd.read_parquet(folder.records, columns=list(columns) if columns else None)
    if condition is None:
        return table
    known = list(table["condition"].unique())
    if condition not in known:
        raise InputError(f"{run}: no condition {condition!r}; there are {', '.join(known)}")
    return table[table["condition"] == condition]


def wide_table(run: Path, condition: str | None = None) -> pd.DataFrame:
    """A row per respondent and replicate (and episode), a column per item, codes in the cells, blank = missing.

    The personas' attributes and weights stand beside the answers.

    Raises:
        InputError: As `long_table`; or several conditions are there and none is chosen.
    """
    import pandas as pd

    table = long_table(run, condition)
    conditions = list(table["condition"].unique())
    if len(conditions) > 1:
        raise InputError(f"{run}: several conditions ({', '.join(conditions)}); choose one with --condition")
    keys = ["persona", "replicate"] + (["episode"] if table["episode"].notna().any() else [])
    items = list(dict.fromkeys(table["item"]))
    # `first` skips nulls: a missing answer stays a blank cell, and its row stays.
    wide = table.set_index([*keys, "item"])["answer"].unstack("item")[items].reset_index()
    order = {p: k for k, p in enumerate(dict.fromkeys(table["persona"]))}
    wide = wide.sort_values(keys, key=lambda c: c.map(order) if c.name == "persona" else c, ignore_index=True)
    people = pd.read_parquet(RunFolder(run).path / "population.parquet").rename(columns={"id": "persona"})
    people = people.drop(columns=["backstory", "model"])
    taken = [c for c in people.columns if c != "persona" and c in wide.columns]
    joined = wide.merge(people.drop(columns=taken), on="persona", how="left", validate="many_to_one")
    joined.columns.name = None
    return joined


def save_table(table: pd.DataFrame, path: Path) -> int:
    """Writes a table as `.csv` or `.parquet`.

    Returns:
        How many cells of a CSV file got an apostrophe, since a spreadsheet would have taken them for formulas.

    Raises:
        InputError: The ending is neither.
    """
    if path.suffix == ".csv":
        flat = table.copy()
        for column in ("probabilities", "option_order"):
            if column in flat:
                flat[column] = [None if v is None else orjson.dumps(v.tolist()).decode() for v in flat[column]]
        flat, changed = inert_table(flat)
        flat.to_csv(path, index=False)
        return changed
    if path.suffix == ".parquet":
        table.to_parquet(path, index=False)
        return 0
    raise InputError(f"{path}: write .csv or .parquet")


def transcripts(run: Path) -> Iterator[dict[str, Any]]:
    """The lines of `transcripts.jsonl`, one after the other."""
    with RunFolder.open(run).transcripts.open("rb") as lines:
        for line in lines:
            yield orjson.loads(line)


def transcript_text(run: Path, episode: str, condition: str | None = None) -> str:
    """What was said in one episode, as text.

    Raises:
        InputError: There is no such episode.
    """
    found = [
        t
        for t in transcripts(run)
        if t.get("episode") == episode and (condition is None or t["condition"] == condition)
    ]
    if not found:
        raise InputError(f"{run}: no episode {episode!r}" + (f" in condition {condition!r}" if condition else ""))
    return "\n\n\n".join(_episode_text(t) for t in found)


def _episode_text(t: dict[str, Any]) -> str:
    parts = [f"{in_one_line(t['episode'])} ({in_one_line(t['condition'])})", f"Question: {_said(t['question'])}"]
    parts.append(f"Proposition: {_said(t.get('proposition'))}")
    if "positions" not in t:  # a protocol of steps
        return "\n\n".join([*parts, *_people(t), *_steps(t)])
    for seat, person in t["seats"].items():
        said = [_who(seat, person), f"  position: {_said(t['positions'].get(seat))}"]
        said += [f"  opinion: {_said(t['opinions'].get(seat))}", f"  critique: {_said(t['critiques'].get(seat))}"]
        ratings = (t.get("endorsements") or {}).get(seat, {})
        said.append(f"  endorsement: draft {_said(ratings.get('draft'))}, revised {_said(ratings.get('revised'))}")
        parts.append("\n".join(said))
    return "\n\n".join([*parts, f"Draft: {_said(t['draft'])}", f"Revised: {_said(t['revised'])}"])


def _who(seat: str, person: dict[str, Any]) -> str:
    traits = ", ".join(person["attributes"].values())
    return f"{in_one_line(seat)} ({in_one_line(person['persona'])}: {in_one_line(traits)})"


def _people(t: dict[str, Any]) -> list[str]:
    return ["\n".join(_who(seat, person) for seat, person in t["seats"].items())]


def _steps(t: dict[str, Any]) -> list[str]:
    """What a protocol's steps left: texts and statements first, then who answered what."""
    said = [
        "\n".join([f"{step}:", *(f"  {in_one_line(who)}: {_said(text)}" for who, text in by.items())])
        for step, by in (t.get("texts") or {}).items()
    ]
    said += [f"{step}: {_said(text)}" for step, text in (t.get("statements") or {}).items()]
    for key in ("polls", "ratings", "rankings", "votes"):
        for step, by in (t.get(key) or {}).items():
            said.append(
                "\n".join([f"{step}:", *(f"  {in_one_line(seat)}: {_code(held)}" for seat, held in by.items())])
            )
    return said + [f"{step}: {_code(left)}" for step, left in (t.get("outcomes") or {}).items()]


def _code(held: Any) -> str:
    if isinstance(held, dict) and "missing" not in held:
        return ", ".join(f"{in_one_line(str(about))} {_code(value)}" for about, value in held.items())
    return _said(held)


def _said(value: Any) -> str:
    if isinstance(value, dict):
        return f"[missing: {in_one_line(value['missing'])}]"
    # Further lines of a text stand behind a sign, so that none looks like another seat's.
    return "[not asked]" if value is None else visible(str(value)).replace("\n", "\n    | ")
