"""As much of PyTorch as the adapters of attention libraries touch, on NumPy, for tests without either."""

import types

import numpy


class Tensor(numpy.ndarray):
    """NumPy's arrays with PyTorch's names."""

    def transpose(self, a, b):
        return numpy.swapaxes(self, a, b)

    def contiguous(self):
        return tensor(numpy.ascontiguousarray(self))

    def flatten(self, first, last):
        return self.reshape(*self.shape[:first], -1, *self.shape[last + 1 :])

    def cuda(self):
        return self

    def unsqueeze(self, axis):
        return numpy.expand_dims(self, axis)

    def expand(self, *shape):
        kept = [own if wanted == -1 else wanted for own, wanted in zip(self.shape, shape, strict=True)]
        return tensor(numpy.broadcast_to(self, kept))


def tensor(values, dtype=None, device="cuda"):
    return numpy.asarray(values, dtype).view(Tensor)


def empty(count, dtype, device):
    return tensor(numpy.zeros(count, dtype))


module = types.ModuleType("torch")
module.tensor, module.empty, module.from_numpy = tensor, empty, tensor
module.int32, module.uint8 = numpy.int32, numpy.uint8
module.cuda = types.SimpleNamespace(is_available=lambda: True)
