"""docs/protocols.md shows the graphs as they are, every protocol and step, and only options and files that there are."""

import inspect
import re
import runpy
from pathlib import Path

import pytest
import yaml

import minipublic
from minipublic.graphs import steps
from minipublic.graphs.plain_steps import build_steps
from minipublic.graphs.protocols import PROTOCOLS
from minipublic.graphs.steps import StepError

ROOT = Path(minipublic.__file__).parent
PAGE = (ROOT / "docs" / "protocols.md").read_text()
SCRIPT = runpy.run_path(str(ROOT / "docs" / "draw_protocols.py"))


def test_the_diagrams_are_those_of_the_graphs():
    assert {name for _, name, _, _ in SCRIPT["BLOCK"].findall(PAGE)} == {"consensus", "survey", "steps", *PROTOCOLS}
    assert SCRIPT["redrawn"](PAGE) == PAGE, "python docs/draw_protocols.py draws them anew"


@pytest.mark.parametrize("name", PROTOCOLS)
def test_every_option_of_a_protocol_is_told(name):
    section = re.search(rf"\n## `{name}`.*?(?=\n## )", PAGE, re.DOTALL).group()
    table = set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE))
    assert table == set(inspect.signature(PROTOCOLS[name]).parameters)
    assert f"examples/protocols/{name}.py" in section


def test_every_step_is_told_with_its_options():
    rows = dict(re.findall(r"^\| `(\w+)\(name(.*?)\)` \|", PAGE, re.MULTILINE))
    builders = {"ask", "brief", "collect", "discuss", "mediate", "position", "propose", "rank", "rate", "vote"}
    assert set(rows) == builders
    for name, told in rows.items():
        known = set(inspect.signature(getattr(steps, name)).parameters) - {"name"}
        assert set(re.findall(r"\b[a-z]\w+", told)) == known, name
    with pytest.raises(StepError) as error:
        build_steps([{}])
    assert all(name in str(error.value) for name in builders)


def test_files_it_names_are_there():
    for name in re.findall(r"(?:docs|examples|graphs|simulation)/[\w./]*\w", PAGE):
        assert (ROOT / name).exists(), name


def test_its_steps_run():
    (listed,) = re.findall(r"```yaml\n(protocol:.*?)```", PAGE, re.DOTALL)
    build_steps(yaml.safe_load(listed)["protocol"]["steps"]).compile()


def test_its_python_runs():
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    found = {}
    exec(code, found)
    assert found["left"]["outcomes"]["verdict"]["voters"] == 5
