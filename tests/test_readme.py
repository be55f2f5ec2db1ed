"""What the README shows is what runs."""

import re
import subprocess
import sys
from pathlib import Path

import minipublic

ROOT = Path(minipublic.__file__).parent


def test_the_example_runs():
    code = re.search(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL).group(1)
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert shown.count("seat_") == 5


def test_every_folder_and_file_it_names_is_there():
    text = (ROOT / "README.md").read_text()
    for name in re.findall(r"(?:docs|examples|tests|personas|graphs)/[\w./]+", text):
        assert (ROOT / name.rstrip(".")).exists(), name
