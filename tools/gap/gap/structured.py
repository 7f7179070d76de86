"""2:4 structured sparsity against the dense product of the same size, through PyTorch's semi-structured tensors."""

from .timing import assert_rows_close, interleaved_ms, replay_of, require_cuda

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


def check(torch, product, pruned, right):
    assert_rows_close(torch, pruned[:CHECKED_ROWS], right, product()[:CHECKED_ROWS], BOUND)


def figures(torch, size, times):
    best = min(milliseconds for name, milliseconds in times.items() if name != "dense")
    found = {f"{name}Ms": milliseconds for name, milliseconds in times.items()}
    return {**found, "usefulTflops": size**3 / best / 1e9, "speedup": times["dense"] / best}


def cusparselt(size):
    """As called, from a replayed graph, and with the algorithm that PyTorch's own search prefers."""
    torch = require_cuda()
    dense, pruned, right = operands(torch, size)
    sparse = torch.sparse.SparseSemiStructuredTensorCUSPARSELT.from_dense(pruned)
    algorithm = torch._cslt_sparse_mm_search(sparse.packed, right)

    def searched():
        return torch._cslt_sparse_mm(sparse.packed, right, alg_id=algorithm)

    def called():
        return sparse @ right

    for product in (called, searched):
        check(torch, product, pruned, right)
    runs = {"dense": lambda: dense @ right, "called": called, "searched": searched}
    runs["replayed"] = replay_of(torch, searched)
    return figures(torch, size, interleaved_ms(torch, runs))


def cutlass(size):
    torch = require_cuda()
    dense, pruned, right = operands(torch, size)
    sparse = torch.sparse.SparseSemiStructuredTensorCUTLASS.from_dense(pruned)
    check(torch, lambda: sparse @ right, pruned, right)
    times = interleaved_ms(torch, {"dense": lambda: dense @ right, "called": lambda: sparse @ right})
    return figures(torch, size, times)


PROBES = {"cuSPARSELt": cusparselt, "CUTLASS": cutlass}
