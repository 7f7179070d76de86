"""NumPy and SciPy."""

import os
import platform

from .arrays import load
from .peer import CpuRun, Peer


def describe_numpy():
    import numpy

    try:
        blas = numpy.show_config(mode="dicts")["Build Dependencies"]["blas"]["name"]
    except (KeyError, TypeError):
        blas = "unknown BLAS"
    return f"NumPy {numpy.__version__}, {blas}, {threads()} threads, Python {platform.python_version()}"


# What the BLAS libraries that NumPy is built with read, each its own before the common one.
THREAD_VARIABLES = ("OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS")
THREAD_VARIABLES += ("VECLIB_MAXIMUM_THREADS", "OMP_NUM_THREADS")


def threads():
    """How many threads products take: those that the process may use, unless the environment asks for fewer."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    wanted = [os.environ.get(name, "") for name in THREAD_VARIABLES]
    return min([allowed, *(int(text) for text in wanted if text.isdecimal() and int(text) > 0)])


def describe_scipy():
    import scipy

    return f"SciPy {scipy.__version__}, {describe_numpy()}"


def prepare_numpy_dense(request):
    a, b = (load(request["arrays"][name]) for name in ("a", "b"))
    return CpuRun(lambda: a @ b)


def prepare_scipy_bsr(request):
    import numpy
    import scipy.sparse

    case = request["case"]
    values, indices, indptr, b = (load(request["arrays"][name]) for name in ("values", "indices", "indptr", "b"))
    height, width = values.shape[1:]
    # It knows whole blocks only, and does not see every shape that has others: the edges are made whole before the clock.
    shape = ((len(indptr) - 1) * height, -(-case["k"] // width) * width)
    b = numpy.pad(b, ((0, shape[1] - case["k"]), (0, 0)))
    a = scipy.sparse.bsr_array((values, indices, indptr), shape=shape)
    return CpuRun(lambda: (a @ b)[: case["m"]])


PEERS = {
    "numpy-dense": Peer(describe_numpy, prepare_numpy_dense),
    "scipy-bsr": Peer(describe_scipy, prepare_scipy_bsr),
}
