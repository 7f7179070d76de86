"""NumPy and SciPy."""

import os
import platform

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
    import numpy

    a = numpy.load(request["files"]["a"])
    b = numpy.load(request["files"]["b"])
    return CpuRun(lambda: a @ b)


def prepare_scipy_bsr(request):
    import numpy
    import scipy.sparse

    files, case = request["files"], request["case"]
    blocks = (numpy.load(files["values"]), request["indices"], request["indptr"])
    a = scipy.sparse.bsr_array(blocks, shape=(case["m"], case["k"]))
    b = numpy.load(files["b"])
    return CpuRun(lambda: a @ b)


PEERS = {
    "numpy-dense": Peer(describe_numpy, prepare_numpy_dense),
    "scipy-bsr": Peer(describe_scipy, prepare_scipy_bsr),
}
