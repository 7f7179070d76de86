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
    threads = len(os.sched_getaffinity(0))
    return f"NumPy {numpy.__version__}, {blas}, {threads} threads, Python {platform.python_version()}"


def describe_scipy():
    import scipy

    return f"SciPy {scipy.__version__}, {describe_numpy()}"


def prepare_numpy_dense(request):
    a, b = (load(request["arrays"][name]) for name in ("a", "b"))
    return CpuRun(lambda: a @ b)


def prepare_scipy_bsr(request):
    import scipy.sparse

    case = request["case"]
    values, indices, indptr, b = (load(request["arrays"][name]) for name in ("values", "indices", "indptr", "b"))
    a = scipy.sparse.bsr_array((values, indices, indptr), shape=(case["m"], case["k"]))
    return CpuRun(lambda: a @ b)


PEERS = {
    "numpy-dense": Peer(describe_numpy, prepare_numpy_dense),
    "scipy-bsr": Peer(describe_scipy, prepare_scipy_bsr),
}
