"""Arrays in files: the bare elements in row order, little-endian."""

import numpy

# bf16 travels as 16-bit words: NumPy has no such type.
TYPES = {"f32": "<f4", "f16": "<f2", "bf16": "<i2", "i32": "<i4", "i8": "<i1"}


def load(stored):
    return numpy.fromfile(stored["path"], TYPES[stored["dtype"]]).reshape(stored["shape"])


def store(path, array):
    numpy.ascontiguousarray(array, dtype="<f4").tofile(path)
