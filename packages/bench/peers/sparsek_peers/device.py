"""Arrays and timing on an NVIDIA GPU, by PyTorch."""

import sys

from . import arrays
from .timing import CLOCKS


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
    """Functions of PyTorch, one a set of inputs, timed as the case asks."""

    def __init__(self, request, functions, checkable=True):
        self.torch = require_torch()
        self.checkable = checkable
        self.clock = CLOCKS[request["case"].get("measure", "compute")](self.torch, request, functions)
        self.timed_as = self.clock.description

    def run(self):
        return self.clock.run()

    def result(self, rows):
        """(rows of the newest result, seen as a matrix of its last dimension; whether all of it is finite)"""
        newest = self.clock.newest
        matrix = newest.reshape(-1, newest.shape[-1])
        wanted = self.torch.tensor(rows, device=matrix.device)
        return matrix[wanted].float().cpu().numpy(), bool(self.torch.isfinite(matrix).all())
