"""Products of a block-sparse A with a dense B on a GPU: cuBLAS, PyTorch's BSR, cuSPARSE and cuSPARSELt."""

import functools

from . import cusparse
from .device import GpuRun, describe_torch, describe_torch_triton, input_sets, load, require_torch
from .peer import Peer, Skip

SPARSE = ("values", "indptr", "indices", "b")


def sparse_sets(request):
    """The sets of arrays of a case whose blocks all lie within A: the libraries know no others, and not all look."""
    case = request["case"]
    height, width = case["pattern"]["blockShape"]
    if case["m"] % height or case["k"] % width:
        raise Skip(f"takes whole blocks only, not {height}x{width} of {case['m']}x{case['k']}")
    return input_sets(request, SPARSE)


# cuSPARSELt keeps two of four values; to compare it with blocks of another density would mislead.
STRUCTURED_DENSITY = 0.5


def bsr_tensor(case, values, indptr, indices):
    return require_torch().sparse_bsr_tensor(indptr, indices, values, size=(case["m"], case["k"]))


def poisoned(case, like):
    """Memory for the result, of NaN."""
    return require_torch().full((case["m"], case["n"]), float("nan"), dtype=like.dtype, device=like.device)


def prepare_dense(request):
    case = request["case"]
    functions = []
    for values, indptr, indices, b in sparse_sets(request):
        a = bsr_tensor(case, values, indptr, indices).to_dense()
        functions.append(mm(a, b, poisoned(case, b)))
    return GpuRun(request, functions)


def mm(a, b, out):
    return lambda: require_torch().mm(a, b, out=out)


def prepare_dense_random(request):
    """The dense product without any zeros, which draw less power: what a user's dense matrix would take."""
    torch = require_torch()
    case = request["case"]
    generator = torch.Generator("cuda").manual_seed(case["seed"])
    functions = []
    for (b,) in input_sets(request, ("b",)):
        a = torch.randn(case["m"], case["k"], generator=generator, device="cuda", dtype=b.dtype)
        functions.append(mm(a, b, poisoned(case, b)))
    # Its A is not the case's, so that there is nothing to compare with.
    return GpuRun(request, functions, checkable=False)


def prepare_bsr(request):
    functions = []
    for values, indptr, indices, b in sparse_sets(request):
        a = bsr_tensor(request["case"], values, indptr, indices)
        functions.append(lambda a=a, b=b: a @ b)
    return GpuRun(request, functions)


def describe_cusparse():
    return f"cuSPARSE {cusparse.version()}, {describe_torch()}"


def prepare_cusparse(product, by_columns, request):
    """`by_columns`: C in column order, where the library is faster so."""
    case = request["case"]
    shape = (case["m"], case["k"])
    functions = []
    for values, indptr, indices, b in sparse_sets(request):
        out = poisoned(case, b)
        out = out.t().contiguous().t() if by_columns else out
        functions.append(product(indptr, indices, values, shape, b, out).run)
    return GpuRun(request, functions)


def describe_cusparselt():
    torch = require_torch()
    if not torch.backends.cusparselt.is_available():
        raise RuntimeError("this PyTorch has no cuSPARSELt")
    return f"cuSPARSELt {torch.backends.cusparselt.version()}, {describe_torch()}"


def prepare_cusparselt(request):
    torch = require_torch()
    from torch.sparse import SparseSemiStructuredTensorCUSPARSELT

    case = request["case"]
    stored = load(request["arrays"]["values"]).numel() / (case["m"] * case["k"])
    if abs(stored - STRUCTURED_DENSITY) > 0.01:
        raise Skip("keeps half of A", unconcerned=True)
    generator = torch.Generator("cuda").manual_seed(case["seed"])
    functions = []
    for (b,) in input_sets(request, ("b",)):
        a = torch.randn(case["m"], case["k"], generator=generator, device="cuda", dtype=b.dtype)
        # The first two of every four: which ones are kept does not change the time.
        keep = torch.tensor([True, True, False, False], device="cuda").repeat(case["k"] // 4)
        sparse = SparseSemiStructuredTensorCUSPARSELT.from_dense(a * keep)
        functions.append(lambda sparse=sparse, b=b: torch.mm(sparse, b))
    return GpuRun(request, functions, checkable=False)


PEERS = {
    "torch-dense-random": Peer(describe_torch, prepare_dense_random),
    "torch-dense": Peer(describe_torch, prepare_dense),
    "torch-bsr": Peer(describe_torch_triton, prepare_bsr),
    "cusparse-bsr": Peer(describe_cusparse, functools.partial(prepare_cusparse, cusparse.bsr_product, False)),
    "cusparse-ell": Peer(describe_cusparse, functools.partial(prepare_cusparse, cusparse.blocked_ell_product, True)),
    "cusparselt": Peer(describe_cusparselt, prepare_cusparselt),
}
