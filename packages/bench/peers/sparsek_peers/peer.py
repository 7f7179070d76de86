"""What every peer offers: a description, and prepared cases that run and give their result."""

import contextlib
import sys
import time


class Skip(Exception):
    """Why a peer leaves a case out; `unconcerned` when nobody would expect it to take part."""

    def __init__(self, reason, unconcerned=False):
        super().__init__(reason)
        self.unconcerned = unconcerned


class Peer:
    """`describe()` gives {"version": ...} or {"missing": reason}; `prepare(request)` gives something to run."""

    def __init__(self, describe, prepare):
        self._describe = describe
        self.prepare = prepare

    def describe(self):
        try:
            return {"version": self._describe()}
        except Exception as failure:  # whatever keeps a peer from running is the reason to report
            return {"missing": f"{type(failure).__name__}: {failure}"}


@contextlib.contextmanager
def profiler_range(name):
    """A range of the process in a profiler's timeline (NVTX), where a peer has loaded a PyTorch with CUDA."""
    torch = sys.modules.get("torch")
    if torch is None or not torch.cuda.is_available():
        yield
        return
    opened = torch.cuda.nvtx.range_start(name)
    try:
        yield
    finally:
        torch.cuda.nvtx.range_end(opened)


class CpuRun:
    """A function on the CPU, timed by the wall clock."""

    timed_as = None
    checkable = True

    def __init__(self, function):
        self.function = function
        self.newest = None

    def run(self):
        start = time.perf_counter()
        newest = self.function()
        elapsed = time.perf_counter() - start
        self.newest = newest
        return elapsed * 1000

    def result(self, rows):
        """(rows of the newest result, whether all of it is finite)"""
        import numpy

        return self.newest[rows], bool(numpy.isfinite(self.newest).all())
