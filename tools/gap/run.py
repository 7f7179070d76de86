#!/usr/bin/env python3
"""Shows what PyTorch offers for block sparsity on this machine: python3 tools/gap/run.py [OUT.json]

Every probe runs in a process of its own, so that one that crashes or hangs is a line of the table like the others.
Needs PyTorch; an NVIDIA GPU for all but the first table. What is missing is named, not an error.
"""

import json
import os
import pathlib
import platform
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
# Children find the package the same way.
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(HERE), os.environ.get("PYTHONPATH")]))

from gap import bsr_operations, flex_memory, structured  # noqa: E402
from gap.child import run_probe  # noqa: E402
from gap.table import markdown  # noqa: E402


def versions():
    found = {"python": platform.python_version(), "system": platform.platform()}
    try:
        import torch

        found["torch"] = torch.__version__
        found["device"] = torch.cuda.get_device_name() if torch.cuda.is_available() else "no CUDA device"
    except ImportError as failure:
        found["torch"] = f"absent: {failure}"
    return found


def probes():
    """(section, label, module, probe, arguments) of everything that is asked."""
    for name in bsr_operations.PROBES:
        yield "PyTorch BSR", name, "gap.bsr_operations", name, {}
    for size in structured.SIZES:
        yield "2:4 against dense", f"{size} cubed", "gap.structured", "2:4 against dense", {"size": size}
    for length in flex_memory.LENGTHS:
        for compiled in (False, True):
            label = f"{length} tokens, {'compiled' if compiled else 'eager'}"
            arguments = {"length": length, "compiled": compiled}
            yield "FlexAttention mask memory", label, "gap.flex_memory", "block mask", arguments


def main():
    report = {"versions": versions(), "results": []}
    for section, label, module, name, arguments in probes():
        result = {"section": section, "probe": label, **run_probe(module, name, arguments)}
        print(f"{section}: {label}: {result['outcome']}", file=sys.stderr, flush=True)
        report["results"].append(result)
    print(markdown(report))
    if len(sys.argv) > 1:
        pathlib.Path(sys.argv[1]).write_text(json.dumps(report, indent=2) + "\n", encoding="utf8")


if __name__ == "__main__":
    main()
