"""What the README shows is what runs."""

import re
import subprocess
import sys
from pathlib import Path

import minipublic

ROOT = Path(minipublic.__file__).parent


def python_blocks() -> list[str]:
    return re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)


def output_of(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def test_the_example_runs():
    assert output_of(python_blocks()[0]).count("seat_") == 5


def test_the_protocol_of_a_few_lines_compiles():
    shown = output_of(python_blocks()[1] + "\nprint(graph.compile().get_graph().draw_mermaid())")
    assert "opinion_seat --> draft" in shown


def test_every_folder_and_file_it_names_is_there():
    text = (ROOT / "README.md").read_text()
    for name in re.findall(r"(?:docs|examples|tests|personas|graphs)/[\w./]+", text):
        assert (ROOT / name.rstrip(".")).exists(), name
