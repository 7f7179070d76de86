#!/usr/bin/env python3
"""Shows what PyTorch and cuSPARSE offer for block sparsity on this machine:

python3 tools/gap/run.py [OUT.json]              everything
python3 tools/gap/run.py OUT.json SECTION...     only these sections; OUT.json keeps its other answers

Probes run in processes of their own, so that one that crashes or hangs is a line of the table like the others.
Needs PyTorch; an NVIDIA GPU for all but the tables of BSR operations. What is missing is named, not an error.
"""

import concurrent.futures
import datetime
import itertools
import json
import os
import pathlib
import platform
import sys

HERE = pathlib.Path(__file__).resolve().parent
# Where the benchmark's adapter of cuSPARSE lies.
PEERS = HERE.parent.parent / "packages" / "bench" / "peers"
sys.path[:0] = [str(HERE), str(PEERS)]
# Children find the packages the same way.
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(HERE), str(PEERS), os.environ.get("PYTHONPATH")]))

from gap.catalogue import questions  # noqa: E402
from gap.child import run_probes  # noqa: E402
from gap.table import markdown  # noqa: E402

# Probes at the same time, where they do not disturb each other: each takes some GB for PyTorch itself.
WORKERS = min(12, os.cpu_count() or 1)


def versions():
    found = {"python": platform.python_version(), "system": platform.platform()}
    try:
        import torch

        found["torch"] = torch.__version__
        found["device"] = torch.cuda.get_device_name() if torch.cuda.is_available() else "no CUDA device"
        found["cuda"] = torch.version.cuda or "none"
        import triton

        found["triton"] = triton.__version__
    except ImportError as failure:
        found.setdefault("torch", f"absent: {failure}")
    return found


def answers(asked):
    """(question, result) of each: those that share the GPU side by side, then the others, one probe after another."""
    crowd = [question for question in asked if not question.alone]
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        yield from zip(crowd, pool.map(ask_one, crowd), strict=True)
    alone = sorted((question for question in asked if question.alone), key=one_process)
    for (module, probe), group in itertools.groupby(alone, key=one_process):
        group = list(group)
        results = run_probes(module, [(probe, question.arguments) for question in group])
        yield from zip(group, results, strict=True)


def ask_one(question):
    return run_probes(question.module, [(question.probe, question.arguments)])[0]


def one_process(question):
    return question.module, question.probe


def main():
    path = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else None
    wanted = sys.argv[2:]
    asked = list(questions())
    check_sections(wanted, {question.section for question in asked})
    found = versions()
    kept = answers_of(path, found) if wanted and path.exists() else {}
    for question, result in answers([question for question in asked if not wanted or question.section in wanted]):
        print(f"{question.section}: {question.label}: {result['outcome']}", file=sys.stderr, flush=True)
        kept[question.section, question.label] = {"arguments": question.arguments, "date": now(), **result}
    report = {
        "format": "sparsek-gap-1",
        "versions": found,
        "results": [
            {"section": question.section, "probe": question.label, **kept[question.section, question.label]}
            for question in asked
            if (question.section, question.label) in kept
        ],
    }
    print(markdown(report))
    if path:
        path.write_text(json.dumps(report, indent=2) + "\n", encoding="utf8")


def check_sections(wanted, known):
    unknown = [section for section in wanted if section not in known]
    if unknown:
        sys.exit(f"Expected sections among {', '.join(sorted(known))} but received {', '.join(unknown)}")


# What makes answers of two runs comparable.
SAME = ("torch", "cuda", "triton", "device")


def answers_of(path, found):
    """The answers of an earlier run, which must have seen the same versions."""
    report = json.loads(path.read_text(encoding="utf8"))
    before, after = ([versions.get(name) for name in SAME] for versions in (report["versions"], found))
    if before != after:
        sys.exit(f"Expected {path} to be of {after} but it is of {before}; run everything instead")
    names = ("section", "probe")
    return {
        (result["section"], result["probe"]): {name: value for name, value in result.items() if name not in names}
        for result in report["results"]
    }


def now():
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")


if __name__ == "__main__":
    main()
