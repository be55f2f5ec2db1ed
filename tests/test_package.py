"""The package as a whole: what it exports, what it loads, how its rooms import each other."""

import subprocess
import sys
import tomllib
from pathlib import Path

import minipublic

ROOT = Path(minipublic.__file__).parent
ROOMS = ("models", "personas", "graphs", "evaluators", "simulation")


def test_exports():
    assert minipublic.__all__ == sorted(minipublic.__all__)
    assert len(minipublic.__all__) <= 15
    assert set(minipublic._HOMES) == set(minipublic.__all__)
    for name in minipublic.__all__:
        assert getattr(minipublic, name).__name__ == name


def modules_after(code: str) -> set[str]:
    shown = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print('\\n'.join(sys.modules))"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return {name.split(".")[0] for name in shown.splitlines()}


HEAVY = {"langgraph", "pandas", "matplotlib", "scipy", "torch", "transformers", "aiohttp", "langchain_core", "pyarrow"}


def test_import_loads_nothing_heavy():
    assert not modules_after("import minipublic") & HEAVY


def test_help_loads_nothing_heavy():
    code = (
        "import sys; sys.argv = ['minipublic', '--help']\n"
        "from minipublic.simulation.cli.app import main\n"
        "try:\n    main()\nexcept SystemExit: pass"
    )
    assert not modules_after(code) & HEAVY


def test_every_folder_of_modules_is_packaged():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    folders = {
        ".".join(("minipublic", *p.parent.relative_to(ROOT).parts))
        for room in ROOMS
        for p in (ROOT / room).rglob("__init__.py")
    }
    assert set(project["tool"]["setuptools"]["packages"]) == {"minipublic", *folders}


def test_no_module_stands_at_the_root():
    assert [p.name for p in ROOT.glob("*.py")] == ["__init__.py"]
