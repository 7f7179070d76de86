"""Runs one probe in a process of its own, so that a crash is a result and not the end."""

import json
import signal
import subprocess
import sys

# Compilers behind PyTorch take a minute on first use.
TIMEOUT_S = 300

# What a probe prints before its result; libraries print lines of their own.
MARK = "gap-result:"

# These say "not offered"; anything else that is raised is a failure of its own.
CLEAN = ("NotImplementedError", "RuntimeError", "ValueError", "TypeError", "IndexError")


def run_probe(module, name, arguments=None, timeout=TIMEOUT_S):
    """{"outcome": works | wrong | fails cleanly | fails | crashes | hangs | absent, "detail", ...what it returned}."""
    command = [sys.executable, "-m", "gap.child", module, name, json.dumps(arguments or {})]
    try:
        ended = subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)
    except subprocess.TimeoutExpired:
        return {"outcome": "hangs", "detail": f"no answer within {timeout} s"}
    return classify(ended.returncode, ended.stdout, ended.stderr)


def classify(code, output, complaints):
    for line in reversed(output.splitlines()):
        if line.startswith(MARK):
            return json.loads(line[len(MARK) :])
    if code < 0:
        return {"outcome": "crashes", "detail": signal.Signals(-code).name}
    last = (complaints.strip().splitlines() or [f"exit code {code}"])[-1]
    return {"outcome": "crashes", "detail": last[:200]}


def outcome_of(probe, arguments):
    """Runs a probe in this process; what it raises is sorted into kinds."""
    try:
        return {"outcome": "works", "detail": "", **(probe(**arguments) or {})}
    except ImportError as failure:
        return {"outcome": "absent", "detail": str(failure)}
    except AssertionError as failure:
        return {"outcome": "wrong", "detail": str(failure).strip().splitlines()[0][:200] if str(failure) else ""}
    except Exception as failure:  # every kind of failure is a result here
        kind = type(failure).__name__
        # A broken device says so through a RuntimeError; nothing after it works, which is not clean.
        broken = "illegal memory access" in str(failure) or "device-side assert" in str(failure)
        clean = kind in CLEAN and not broken
        detail = f"{kind}: {str(failure).strip().splitlines()[0] if str(failure) else ''}"[:200]
        return {"outcome": "fails cleanly" if clean else "crashes" if broken else "fails", "detail": detail}


def main():
    import importlib

    module, name, arguments = sys.argv[1:4]
    probes = importlib.import_module(module).PROBES
    result = outcome_of(probes[name], json.loads(arguments))
    print(f"\n{MARK}{json.dumps(result)}", flush=True)


if __name__ == "__main__":
    main()
