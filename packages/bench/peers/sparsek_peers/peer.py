"""What every peer offers: a description, and prepared cases that run and give their result."""

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
