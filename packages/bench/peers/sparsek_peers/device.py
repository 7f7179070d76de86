"""Arrays and timing on an NVIDIA GPU, by PyTorch."""

import sys

from . import arrays


def require_torch():
    import torch

    if not torch.cuda.is_available():
        raise RuntimeError("PyTorch sees no CUDA device")
    return torch


def describe_torch():
    torch = require_torch()
    device = torch.cuda.get_device_name()
    return f"PyTorch {torch.__version__}, CUDA {torch.version.cuda}, cuDNN {torch.backends.cudnn.version()}, {device}"


def describe_torch_triton():
    import triton

    return f"{describe_torch()}, Triton {triton.__version__}"


# Tensors by path and shape: peers of one case, and neighbouring cases, read the same files.
_loaded = {}


def load(stored):
    """A stored array on the GPU."""
    key = (stored["path"], tuple(stored["shape"]))
    if key not in _loaded:
        torch = require_torch()
        tensor = torch.from_numpy(arrays.load(stored))
        _loaded[key] = (tensor.view(torch.bfloat16) if stored["dtype"] == "bf16" else tensor).cuda()
    return _loaded[key]


def forget(paths):
    """Drop what was loaded from files that are gone."""
    for key in [key for key in _loaded if key[0] in paths]:
        del _loaded[key]


def release_memory():
    """Give freed memory back, so that the next contestant finds it."""
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        torch.cuda.empty_cache()


def input_sets(request, names):
    """The named arrays of a case on the GPU, as many times as its runs shall take turns over."""
    first = [load(request["arrays"][name]) for name in names]
    return [first, *([tensor.clone() for tensor in first] for _ in range(request["inputSets"] - 1))]


class GpuRun:
    """Functions of PyTorch, called in turn, a few times in a row between two CUDA events; one graph where possible."""

    def __init__(self, request, functions, checkable=True):
        self.torch = require_torch()
        self.functions = functions
        self.launches = request["launches"]
        self.checkable = checkable
        self.newest = functions[0]()  # compiles, and loads what is loaded on first use
        self.graph = self.capture()
        sets = f" over {len(functions)} sets of inputs" if len(functions) > 1 else ""
        self.timed_as = f"{self.launches} launches in a row{sets}{', one graph' if self.graph else ''}"

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
        except Exception as failure:  # then it is launched without, which `timed_as` tells
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

    def result(self, rows):
        """(rows of the newest result, seen as a matrix of its last dimension; whether all of it is finite)"""
        matrix = self.newest.reshape(-1, self.newest.shape[-1])
        wanted = self.torch.tensor(rows, device=matrix.device)
        return matrix[wanted].float().cpu().numpy(), bool(self.torch.isfinite(matrix).all())
