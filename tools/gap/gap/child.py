"""Runs probes in a process of their own, so that a crash is a result and not the end."""

import json
import signal
import subprocess
import sys
import tempfile
import threading

# Compilers behind PyTorch take half a minute on first use.
TIMEOUT_S = 60

# What a child prints before each result; libraries print lines of their own.
MARK = "gap-result:"

# These say "not offered"; anything else that is raised is a failure of its own.
CLEAN = ("NotImplementedError", "RuntimeError", "ValueError", "TypeError", "IndexError", "AttributeError")

# What CUDA says once the device is unusable for the process.
BROKEN_DEVICE = ("illegal memory access", "device-side assert", "misaligned address", "unspecified launch failure")

DETAIL_LENGTH = 200


def run_probes(module, tasks, timeout=TIMEOUT_S):
    """
    One result for each (name, arguments): {"outcome", "detail", ...what the probe returned}, with the outcome one of
    works | wrong | fails cleanly | out of memory | fails | crashes | hangs | absent.

    They share a process as long as it lives; the ones after a crash get a new one.
    """
    results = []
    while len(results) < len(tasks):
        results += run_until_crash(module, tasks[len(results) :], timeout)
    return results


def run_until_crash(module, tasks, timeout):
    command = [sys.executable, "-m", "gap.child", module, json.dumps(tasks)]
    with tempfile.TemporaryFile("w+") as complaints:
        child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=complaints, text=True)
        watch = Watch(child, timeout)
        results = []
        for line in child.stdout:
            if line.startswith(MARK):
                results.append(json.loads(line[len(MARK) :]))
                watch.restart()
        watch.stop()
        code = child.wait()
        child.stdout.close()
        complaints.seek(0)
        ended = complaints.read()
    # A child that found the device broken says so in its last result and ends by itself.
    if results and results[-1]["outcome"] == "crashes" or len(results) == len(tasks):
        return results
    if watch.fired:
        return [*results, {"outcome": "hangs", "detail": f"no answer within {timeout} s"}]
    return [*results, {"outcome": "crashes", "detail": ending(code, ended)}]


class Watch:
    """Kills a child that gives no answer for too long."""

    def __init__(self, child, timeout):
        self.child = child
        self.timeout = timeout
        self.fired = False
        self.start()

    def start(self):
        self.timer = threading.Timer(self.timeout, self.kill)
        self.timer.daemon = True
        self.timer.start()

    def kill(self):
        self.fired = True
        self.child.kill()

    def restart(self):
        self.stop()
        self.start()

    def stop(self):
        self.timer.cancel()


def ending(code, complaints):
    if code < 0:
        return signal.Signals(-code).name
    last = (complaints.strip().splitlines() or [f"exit code {code}"])[-1]
    return last[:DETAIL_LENGTH]


def outcome_of(probe, arguments):
    """Runs a probe in this process; what it raises is sorted into kinds."""
    try:
        return {"outcome": "works", "detail": "", **(probe(**arguments) or {})}
    except ImportError as failure:
        return {"outcome": "absent", "detail": str(failure)}
    except AssertionError as failure:
        return {"outcome": "wrong", "detail": first_line(failure)}
    except Exception as failure:  # every kind of failure is a result here
        return {"outcome": kind_of(failure), "detail": f"{type(failure).__name__}: {first_line(failure)}"[:DETAIL_LENGTH]}


def kind_of(failure):
    name = type(failure).__name__
    if name == "OutOfMemoryError":
        return "out of memory"
    # A broken device says so through a RuntimeError; nothing after it works, which is not clean.
    if any(sign in str(failure) for sign in BROKEN_DEVICE):
        return "crashes"
    # Asserts of PyTorch's own sources are no message for a user.
    if "INTERNAL ASSERT" in str(failure):
        return "fails"
    return "fails cleanly" if name in CLEAN else "fails"


def first_line(failure):
    lines = str(failure).strip().splitlines()
    return lines[0][:DETAIL_LENGTH] if lines else ""


def main():
    import importlib

    module, tasks = sys.argv[1], json.loads(sys.argv[2])
    probes = importlib.import_module(module).PROBES
    for name, arguments in tasks:
        result = outcome_of(probes[name], arguments)
        print(f"\n{MARK}{json.dumps(result)}", flush=True)
        if result["outcome"] == "crashes":
            break
        release_memory()


def release_memory():
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_initialized():
        torch.cuda.empty_cache()


if __name__ == "__main__":
    main()
