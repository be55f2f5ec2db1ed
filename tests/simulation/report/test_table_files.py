"""table.csv, table.md and table.tex: they parse, and their numbers are the metrics'."""

import csv
import re

import made_up
import pytest

from minipublic.simulation.report.layout import make_layouts
from minipublic.simulation.report.markdown_table import plain
from minipublic.simulation.report.table_files import save_tables
from minipublic.simulation.report.tex_table import escape, tex

HOW = {"bootstrap": 400, "replicates": 2}
NASTY = r"50% of a_b & {c} $d #e ~f^g <b>x</b> \h | *i* [j]"


@pytest.fixture
def files(metrics, tmp_path):
    for row in metrics["rows"]:
        if row["model"] == "llama-70b":
            row["model"] = NASTY
    assert save_tables(tmp_path, make_layouts(metrics), HOW) == ["table.csv", "table.md", "table.tex"]
    return {name: (tmp_path / f"table.{name}").read_text() for name in ("csv", "md", "tex")}


def test_the_csv_holds_every_number_of_the_metrics(metrics, files):
    rows = list(csv.DictReader(files["csv"].splitlines()))
    assert list(rows[0])[:9] == ["model", "conditioning", "matching", "group", "metric", "value", "low", "high", "n"]
    assert len(rows) == sum(3 * len(layout.entries) for layout in make_layouts(metrics))
    checked = 0
    for row in rows:
        if not row["condition"] or row["metric"] == "cronbach_alpha":
            continue
        held = metrics["conditions"][row["condition"]]
        if row["group"] != "all":
            attribute, label = row["group"].split(": ")
            held = held["groups"][attribute][label]
        if "skipped" in held:
            assert (row["value"], row["n"]) == ("", "")
            assert row["reason"].startswith("fewer than 10 respondents")
            continue
        found = held[row["metric"]]
        assert float(row["value"]) == found["value"]
        assert [float(row["low"]), float(row["high"])] == found["ci"]
        assert int(row["n"]) == held["n"]["simulated"]
        checked += 1
    assert checked == 10 * 2 * 6  # rows, metrics, and all respondents beside five groups


def test_the_csv_ends_each_group_with_the_human_bound(files):
    rows = list(csv.DictReader(files["csv"].splitlines()))
    bound = [r for r in rows if r["model"] == "human" and r["group"] == "all"]
    assert rows[30:33] == bound
    assert [(r["metric"], r["value"], r["low"], r["high"], r["n"]) for r in bound] == [
        ("wasserstein", "0.057", "0.04", "0.08", "300"),
        ("frobenius", "0.418", "0.3", "0.55", "300"),
        ("cronbach_alpha", "0.784", "0.74", "0.82", "300"),
    ]


def cells(line: str) -> list[str]:
    return [c.strip() for c in re.split(r"(?<!\\)\|", line)[1:-1]]


def test_the_markdown_is_a_table_of_six_columns(files):
    first = files["md"].split("\n## ")[0].splitlines()
    lines = [cells(line) for line in first if line.startswith("|")]
    assert {len(line) for line in lines} == {6}
    assert lines[0] == ["Model", "Persona Conditioning", "Persona Matching", "WD (↓)", "Fro. (↓)", "α (↑)"]
    greedy = lines[5]
    assert greedy[0] == plain(NASTY)
    assert greedy[3] == "**0.227** <small>[0.207, 0.247]</small>"
    assert lines[4][3] == "<u>0.229</u> ≈ <small>[0.209, 0.249]</small>"
    assert lines[-1] == ["Human bound", "", "", *(f"{v} <small>{i}</small>" for v, i in (
        ("0.057", "[0.040, 0.080]"), ("0.418", "[0.300, 0.550]"), ("0.784", "[0.740, 0.820]")))]  # fmt: skip


def test_the_markdown_escapes_what_would_be_markup():
    assert plain("a|b\n<i>*c*_d_") == r"a\|b \<i\>\*c\*\_d\_"


def test_the_latex_is_balanced_and_every_row_has_six_cells(files):
    tables = files["tex"].split("\\begin{table}")[1:]
    assert len(tables) == 7  # all respondents and six groups
    for table in tables:
        bare = re.sub(r"\\[\\{}$&%#_]", lambda m: "\\\\" if m.group() == "\\\\" else "", table)
        assert bare.count("{") == bare.count("}")
        assert bare.count("$") % 2 == 0
        assert not re.search(r"(?<!\\)[#_]", bare)
        body = bare.split("\\toprule")[1].split("\\bottomrule")[0]
        rows = [line for line in body.splitlines() if line.endswith("\\\\")]
        for row in rows:
            spans = sum(int(n) - 1 for n in re.findall(r"\\multicolumn\{(\d)\}", row))
            assert row.count("&") + 1 + spans == 6
        assert table.isascii()


def test_the_latex_marks_best_and_second_best_and_ends_with_the_bound(files):
    whole = files["tex"].split("\\begin{table}")[1]
    assert r"\textbf{0.227} {\scriptsize [0.207, 0.247]}" in whole
    assert r"\underline{0.229}$^{\approx}$ {\scriptsize [0.209, 0.249]}" in whole
    last = [line for line in whole.split("\\bottomrule")[0].splitlines() if line.endswith("\\\\")][-1]
    assert last.startswith(r"\multicolumn{3}{l}{Human bound} & 0.057 {\scriptsize [0.040, 0.080]}")
    assert whole.count(escape(NASTY)) == 1  # the name stands once, in the first row of its block


def test_latex_escapes():
    assert escape("a_b & 5% \\x [α −1]") == r"a\_b \& 5\% \textbackslash{}x {[}$\alpha$ $-$1{]}"


def test_negative_numbers_have_a_minus_sign_in_latex(metrics):
    held = metrics["conditions"][made_up.name("llama-70b", "bio", "n/a")]["cronbach_alpha"]
    held |= {"simulated": -0.05, "simulated_ci": [-0.1, 0.02]}
    assert r"$-$0.050 {\scriptsize [$-$0.100, 0.020]}" in tex(make_layouts(metrics)[0], [])


def test_a_run_without_rows_leaves_no_tables(metrics, tmp_path):
    del metrics["rows"]
    assert save_tables(tmp_path, make_layouts(metrics), HOW) == []
    assert not list(tmp_path.iterdir())
