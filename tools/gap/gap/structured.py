"""2:4 structured sparsity against the dense product of the same size, through PyTorch's semi-structured tensors."""

import functools

from .timing import assert_rows_close, graph_ms, median_ms, require_cuda

SIZES = (1024, 2048, 4096, 8192, 16384)

# Relative error that float16 operands and a float16 result allow.
BOUND = 2e-3
CHECKED_ROWS = 64


def operands(torch, size):
    """A dense weight, the same pruned to 2:4, and activations; sparse weights multiply from the left."""
    torch.manual_seed(1)
    dense = torch.randn(size, size, device="cuda", dtype=torch.float16)
    # The first two of every four, whatever their size: speed does not depend on the choice.
    mask = torch.tensor([1, 1, 0, 0], device="cuda", dtype=torch.bool).tile((size, size // 4))
    return dense, dense * mask, torch.randn(size, size, device="cuda", dtype=torch.float16)


def figures(torch, size, run, pruned, right):
    found = run()
    assert_rows_close(torch, pruned[:CHECKED_ROWS], right, found[:CHECKED_ROWS], BOUND)
    milliseconds = median_ms(torch, run)
    return {"sparseMs": milliseconds, "usefulTflops": size**3 / milliseconds / 1e9}


def cusparselt(size):
    """As called, from a replayed graph, and with the algorithm that PyTorch's own search prefers."""
    torch = require_cuda()
    dense, pruned, right = operands(torch, size)
    sparse = torch.sparse.SparseSemiStructuredTensorCUSPARSELT.from_dense(pruned)
    product = functools.partial(torch.mm, sparse, right)
    found = figures(torch, size, product, pruned, right)
    best = torch._cslt_sparse_mm_search(sparse.packed, right)
    found["graphMs"] = graph_ms(torch, product)
    found["searchedMs"] = median_ms(torch, lambda: torch._cslt_sparse_mm(sparse.packed, right, alg_id=best))
    found["denseMs"] = median_ms(torch, lambda: dense @ right)
    found["speedup"] = found["denseMs"] / min(found["sparseMs"], found["searchedMs"])
    return found


def cutlass(size):
    torch = require_cuda()
    dense, pruned, right = operands(torch, size)
    sparse = torch.sparse.SparseSemiStructuredTensorCUTLASS.from_dense(pruned)
    found = figures(torch, size, functools.partial(torch.mm, sparse, right), pruned, right)
    found["denseMs"] = median_ms(torch, lambda: dense @ right)
    found["speedup"] = found["denseMs"] / found["sparseMs"]
    return found


PROBES = {"cuSPARSELt": cusparselt, "CUTLASS": cutlass}
