"""cuSPARSE's products of a BSR or Blocked-ELL matrix with a dense one, through its C interface, on PyTorch's tensors.

Function names, enumerators and layouts are those of cusparse.h 12.6 (CUDA 13.0).
"""

import ctypes
import ctypes.util
import functools

# Values of cusparse.h and library_types.h.
INDEX_32 = 2
BASE_ZERO = 0
COLUMN_MAJOR, ROW_MAJOR = 1, 2
NOT_TRANSPOSED = 0
F32, F16, BF16 = 0, 2, 14
BLOCKED_ELL_ALG1, BSR_ALG1 = 13, 14

SONAME = "libcusparse.so.12"


@functools.cache
def library():
    """The library that PyTorch has loaded already, else the system's."""
    import torch  # noqa: F401  loads its own copy, which the name then finds

    try:
        lib = ctypes.CDLL(SONAME)
    except OSError:
        found = ctypes.util.find_library("cusparse")
        if found is None:
            raise ImportError(f"no {SONAME}") from None
        lib = ctypes.CDLL(found)
    lib.cusparseGetErrorString.restype = ctypes.c_char_p
    return lib


@functools.cache
def version():
    """Such as "12.6.3"."""
    parts = []
    for which in range(3):  # major, minor, patch
        value = ctypes.c_int()
        check(library().cusparseGetProperty(which, ctypes.byref(value)))
        parts.append(str(value.value))
    return ".".join(parts)


def check(status):
    if status != 0:
        raise RuntimeError(f"cuSPARSE: {library().cusparseGetErrorString(status).decode()}")


@functools.cache
def handle():
    """One for the process; it lives as long as the process does."""
    created = ctypes.c_void_p()
    check(library().cusparseCreate(ctypes.byref(created)))
    return created


def type_of(tensor):
    import torch

    return {torch.float32: F32, torch.float16: F16, torch.bfloat16: BF16}[tensor.dtype]


def pointer(tensor):
    return ctypes.c_void_p(tensor.data_ptr())


def longs(*numbers):
    return [ctypes.c_int64(number) for number in numbers]


def dense_descriptor(matrix):
    """Of a matrix whose rows or whose columns are contiguous; its strides say which."""
    row_major = matrix.stride(1) == 1
    leading = matrix.stride(0) if row_major else matrix.stride(1)
    descriptor = ctypes.c_void_p()
    check(
        library().cusparseCreateDnMat(
            ctypes.byref(descriptor),
            *longs(*matrix.shape, leading),
            pointer(matrix),
            type_of(matrix),
            ROW_MAJOR if row_major else COLUMN_MAJOR,
        )
    )
    return descriptor


def bsr_descriptor(indptr, indices, values, shape):
    """Of int32 `indptr` and `indices`, and `values` of shape [blocks, height, width]."""
    _, height, width = values.shape
    descriptor = ctypes.c_void_p()
    check(
        library().cusparseCreateBsr(
            ctypes.byref(descriptor),
            *longs(shape[0] // height, shape[1] // width, len(indices), height, width),
            pointer(indptr),
            pointer(indices),
            pointer(values),
            INDEX_32,
            INDEX_32,
            BASE_ZERO,
            type_of(values),
            ROW_MAJOR,
        )
    )
    return descriptor


def blocked_ell(indptr, indices, values):
    """BSR as Blocked-ELL: every block row padded to the longest; (columns, values of shape [rows, kept columns])."""
    import torch

    blocks, height, width = values.shape
    if height != width:
        raise NotImplementedError("Blocked-ELL has square blocks only")
    rows = len(indptr) - 1
    lengths = indptr.diff().long()
    slots = int(lengths.max()) if rows else 0
    row_of = torch.repeat_interleave(torch.arange(rows, device=indptr.device), lengths)
    slot_of = torch.arange(blocks, device=indptr.device) - indptr[:-1].long()[row_of]
    columns = torch.full((rows, slots), -1, dtype=torch.int32, device=indptr.device)
    columns[row_of, slot_of] = indices
    padded = torch.zeros((rows, slots, height, width), dtype=values.dtype, device=values.device)
    padded[row_of, slot_of] = values
    # A row of the matrix holds its slots side by side.
    return columns, padded.permute(0, 2, 1, 3).reshape(rows * height, slots * width).contiguous()


def blocked_ell_descriptor(columns, values, block, shape):
    descriptor = ctypes.c_void_p()
    check(
        library().cusparseCreateBlockedEll(
            ctypes.byref(descriptor),
            *longs(*shape, block, values.shape[1]),
            pointer(columns),
            pointer(values),
            INDEX_32,
            BASE_ZERO,
            type_of(values),
        )
    )
    return descriptor


class Product:
    """out = A @ b for a sparse descriptor. `keep` holds the arrays that the descriptor points to."""

    def __init__(self, sparse, algorithm, b, out, keep):
        import torch

        self.keep = (*keep, b, out)
        self.out = out
        self.stream = torch.cuda.current_stream
        factors = [ctypes.byref(ctypes.c_float(value)) for value in (1.0, 0.0)]
        self.arguments = [NOT_TRANSPOSED, NOT_TRANSPOSED, factors[0], sparse, dense_descriptor(b), factors[1]]
        self.arguments += [dense_descriptor(out), F32, algorithm]
        size = ctypes.c_size_t()
        check(library().cusparseSpMM_bufferSize(handle(), *self.arguments, ctypes.byref(size)))
        self.buffer = torch.empty(max(1, size.value), dtype=torch.uint8, device=b.device)

    def run(self):
        check(library().cusparseSetStream(handle(), ctypes.c_void_p(self.stream().cuda_stream)))
        check(library().cusparseSpMM(handle(), *self.arguments, pointer(self.buffer)))
        return self.out


def bsr_product(indptr, indices, values, shape, b, out):
    sparse = bsr_descriptor(indptr, indices, values, shape)
    return Product(sparse, BSR_ALG1, b, out, (indptr, indices, values))


def blocked_ell_product(indptr, indices, values, shape, b, out):
    columns, padded = blocked_ell(indptr, indices, values)
    sparse = blocked_ell_descriptor(columns, padded, values.shape[1], shape)
    return Product(sparse, BLOCKED_ELL_ALG1, b, out, (columns, padded))
