#!/usr/bin/env python3
"""Shows what PyTorch and cuSPARSE offer for block sparsity on this machine:

python3 tools/gap/run.py [OUT.json]              everything
python3 tools/gap/run.py OUT.json SECTION...     only these sections; OUT.json keeps its other answers

Without OUT.json only the tables are printed. Exit code 2 for bad usage; what a probe finds is never an error.

Probes run in processes of their own, so that one that crashes or hangs is a line of the table like the others.
Needs PyTorch; an NVIDIA GPU for all but the tables of BSR operations. What is missing is named, not an error.
"""

import argparse
import concurrent.futures
import datetime
import itertools
import json
import os
import pathlib
import platform
import sys
import tempfile

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
    asked = list(questions())
    path, wanted = arguments(sorted({question.section for question in asked}))
    found = versions()
    if found["torch"].startswith("absent"):
        print(f"PyTorch is {found['torch']}; every probe needs it", file=sys.stderr)
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
        write_whole(path, json.dumps(report, indent=2) + "\n")


def arguments(sections):
    """The file to write, if any, and the sections asked for, all if none. Ends with 2 before minutes are spent."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", nargs="?", metavar="OUT.json", type=pathlib.Path, help="where the answers go")
    parser.add_argument("sections", nargs="*", metavar="SECTION", help="; ".join(sections))
    given = parser.parse_args()
    unknown = [section for section in given.sections if section not in sections]
    if unknown:
        parser.error(f"Expected sections among {', '.join(sections)} but received {', '.join(unknown)}")
    if given.out and not given.out.absolute().parent.is_dir():
        parser.error(f"Expected a folder that is there for OUT.json but received {given.out}")
    if given.out and given.out.is_dir():
        parser.error(f"Expected a file, not a folder, for OUT.json but received {given.out}")
    return given.out, given.sections


def write_whole(path, text):
    """Whole or not at all: a run that is interrupted leaves the earlier answers."""
    with tempfile.NamedTemporaryFile("w", dir=path.absolute().parent, delete=False, encoding="utf8") as file:
        file.write(text)
    pathlib.Path(file.name).chmod(0o644)
    os.replace(file.name, path)


# What makes answers of two runs comparable.
SAME = ("torch", "cuda", "triton", "device")


def answers_of(path, found):
    """The answers of an earlier run, which must have seen the same versions."""
    try:
        report = json.loads(path.read_text(encoding="utf8"))
        if report["format"] != "sparsek-gap-1":
            raise KeyError("format")
    except (ValueError, KeyError, TypeError) as failure:
        give_up(f"Expected {path} to hold answers of an earlier run ({type(failure).__name__}: {failure})")
    before, after = ([versions.get(name) for name in SAME] for versions in (report["versions"], found))
    if before != after:
        give_up(f"Expected {path} to be of {after} but it is of {before}; run everything instead")
    names = ("section", "probe")
    return {
        (result["section"], result["probe"]): {name: value for name, value in result.items() if name not in names}
        for result in report["results"]
    }


def give_up(reason):
    print(reason, file=sys.stderr)
    sys.exit(2)


def now():
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("interrupted; nothing was written", file=sys.stderr)
        sys.exit(130)
