import pandas as pd
import pytest

from minipublic.simulation.export import save_table
from minipublic.simulation.spreadsheets import as_written, inert

FORMULAS = ["=1+1", "+cmd", "-2+3", "@SUM(1)", " \t=x", "\r\n=x", "＝x", "'=x", "''+x"]


@pytest.mark.parametrize("cell", FORMULAS)
def test_a_formula_becomes_a_text_and_comes_back(cell):
    assert inert(cell) == f"'{cell}"
    assert as_written(inert(cell)) == cell


@pytest.mark.parametrize("cell", ["-1", "+3.5", "-1e5", "1", "", "a=b", "'quoted'", "−1 (minus)", 3, -2.5, None])
def test_all_else_stays(cell):
    assert inert(cell) is cell
    assert not isinstance(cell, str) or as_written(cell) == cell


def test_a_csv_says_how_many_and_parquet_keeps_them(tmp_path):
    table = pd.DataFrame({"=n": [1, -2], "raw": ["=1+1", None], "code": ["-1", "2"], "probabilities": [None, None]})
    assert save_table(table, tmp_path / "t.csv") == 1
    lines = (tmp_path / "t.csv").read_text().splitlines()
    assert lines == ["'=n,raw,code,probabilities", "1,'=1+1,-1,", "-2,,2,"]
    assert save_table(table, tmp_path / "t.parquet") == 0
    assert pd.read_parquet(tmp_path / "t.parquet")["raw"][0] == "=1+1"
