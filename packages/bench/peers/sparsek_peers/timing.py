"""How long a function of PyTorch takes on a GPU: three questions, three clocks.

Each has a `description`, `run()`, which gives milliseconds a call, and `newest`, the first function's newest result.
"""

import sys
import time

from . import arrays


class OnDevice:
    """The device's time: a few calls in a row between two CUDA events, replayed as one graph where possible."""

    def __init__(self, torch, request, functions):
        self.torch = torch
        self.functions = functions
        self.launches = request["launches"]
        self.newest = functions[0]()  # compiles, and loads what is loaded on first use
        self.graph = self.capture()
        sets = f" over {len(functions)} sets of inputs" if len(functions) > 1 else ""
        self.description = f"{self.launches} launches in a row{sets}{', one graph' if self.graph else ''}"

    def launch(self):
        for n in range(self.launches):
            newest = self.functions[n % len(self.functions)]()
            if n % len(self.functions) == 0:
                self.newest = newest

    def capture(self):
        """A graph of the launches; None where a function does what a capture does not allow."""
        torch = self.torch
        try:
            self.launch()
            torch.cuda.synchronize()
            graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(graph):
                self.launch()
            graph.replay()
            torch.cuda.synchronize()
            return graph
        except Exception as failure:  # then it is launched without, which the description tells
            print(f"not captured: {failure}", file=sys.stderr)
            torch.cuda.synchronize()
            self.newest = self.functions[0]()
            return None

    def run(self):
        events = [self.torch.cuda.Event(enable_timing=True) for _ in range(2)]
        events[0].record()
        if self.graph:
            self.graph.replay()
        else:
            self.launch()
        events[1].record()
        events[1].synchronize()
        return events[0].elapsed_time(events[1]) / self.launches


class OfTheHost:
    """The host's time: what it takes to give a call to the device; the wait for the last is not part of it."""

    CALLS = 200  # as runner/launch-timer.ts

    def __init__(self, torch, request, functions):
        self.torch = torch
        self.functions = functions
        self.newest = functions[0]()
        self.description = f"{self.CALLS} launches in a row, by the host's clock, without waiting for them"

    def run(self):
        self.torch.cuda.synchronize()
        start = time.perf_counter()
        for n in range(self.CALLS):
            newest = self.functions[n % len(self.functions)]()
            if n % len(self.functions) == 0:
                self.newest = newest
        elapsed = time.perf_counter() - start
        self.torch.cuda.synchronize()
        return elapsed * 1000 / self.CALLS


class WholeCall:
    """A whole call from operands in host memory: values are copied to the device before it, the result back after it."""

    CALLS = 20  # as runner/time-calls.ts
    # What a plan does not hold; patterns and masks stay where they are.
    OPERANDS = ("values", "b", "q", "k", "v", "sinks")

    def __init__(self, torch, request, functions):
        self.function = functions[0]
        self.newest = self.function()
        given = [stored for name, stored in request["arrays"].items() if name in self.OPERANDS]
        self.host = [torch.from_numpy(arrays.load(stored)) for stored in given]
        self.device = [torch.empty_like(array, device="cuda") for array in self.host]
        self.description = f"{self.CALLS} calls, operands copied to the device and the result back"

    def run(self):
        start = time.perf_counter()
        for _ in range(self.CALLS):
            for device, host in zip(self.device, self.host, strict=True):
                device.copy_(host)
            self.newest = self.function()
            self.newest.cpu()
        return (time.perf_counter() - start) * 1000 / self.CALLS


CLOCKS = {"compute": OnDevice, "launch": OfTheHost, "call": WholeCall}
