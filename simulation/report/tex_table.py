"""The published layout as a LaTeX table to paste: booktabs, and nothing else beyond the standard classes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ...personas.visible import visible
from .cells import Cell
from .layout import METRICS, Entry, Layout

_HEADS = (r"WD ($\downarrow$)", r"Fro.\ ($\downarrow$)", r"$\alpha$ ($\uparrow$)")
_ESCAPES = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "%": r"\%", "#": r"\#", "_": r"\_",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "α": r"$\alpha$", "≈": r"$\approx$", "−": "$-$", "×": r"$\times$", "↓": r"$\downarrow$", "↑": r"$\uparrow$",
    # A bracket that begins a row would be taken for an argument of the row before.
    "[": "{[}", "]": "{]}",
    "⟨": r"$\langle$", "⟩": r"$\rangle$",  # around what cannot be seen
    "≥": r"$\geq$", "≤": r"$\leq$", "–": "--", "—": "---",
}  # fmt: skip


def tex(layout: Layout, notes: Sequence[str]) -> str:
    """One `table` environment with its caption; needs `booktabs`.

    Args:
        layout: The table.
        notes: The caption's sentences.
    """
    blocks = [[_row(entry, before) for entry, before in _with_before(block)] for block in layout.blocks]
    if layout.bound:
        blocks.append([_bound(layout.bound)])
    body = "\n\\midrule\n".join("\n".join(block) for block in blocks)
    heads = " & ".join(("Model", "Persona Conditioning", "Persona Matching", *_HEADS))
    return "\n".join(
        (
            "% \\usepackage{booktabs}",
            "\\begin{table}[t]",
            "\\centering\\small",
            "\\begin{tabular}{lllrrr}",
            "\\toprule",
            f"{heads} \\\\",
            "\\midrule",
            body,
            "\\bottomrule",
            "\\end{tabular}",
            f"\\caption{{{escape(layout.title)}. {escape(' '.join(notes))}}}",
            "\\end{table}",
            "",
        )
    )


def escape(text: str) -> str:
    """A text that LaTeX shows as it is, on one line; what stands for a symbol becomes mathematics."""
    seen = " ".join(visible(text).split())
    return re.sub("|".join(map(re.escape, _ESCAPES)), lambda m: _ESCAPES[m.group()], seen)


def _with_before(block: Sequence[Entry]) -> list[tuple[Entry, Entry | None]]:
    return list(zip(block, [None, *block[:-1]], strict=True))


def _row(entry: Entry, before: Entry | None) -> str:
    model = "" if before else escape(entry.model)
    again = before is not None and before.conditioning == entry.conditioning
    names = [model, "" if again else escape(entry.conditioning), escape(entry.matching)]
    return " & ".join((*names, *(_cell(entry.cells[m]) for m in METRICS))) + r" \\"


def _bound(entry: Entry) -> str:
    cells = " & ".join(_cell(entry.cells[m]) for m in METRICS)
    return rf"\multicolumn{{3}}{{l}}{{Human bound}} & {cells} \\"


def _cell(c: Cell) -> str:
    number = _minus(escape(c.text)) if c.value is not None else "--"
    marked = {"best": rf"\textbf{{{number}}}", "second": rf"\underline{{{number}}}", "": number}[c.rank]
    level = r"$^{\approx}$" if c.level else ""
    return marked + level + (rf" {{\scriptsize {_minus(c.interval)}}}" if c.ci else "")


def _minus(text: str) -> str:
    return text.replace("-", "$-$")
