"""Products of a block-sparse with a dense matrix: cuSPARSE's BSR and Blocked-ELL, PyTorch's BSR, and the dense one."""

import functools

from .timing import assert_rows_close, median_ms, require_cuda

SIZES = (4096, 8192)
BLOCKS = (16, 32, 64, 128)
DENSITY = 0.125

# Relative error that float16 operands and a float16 result allow.
BOUND = 2e-3


def make_matrix(torch, size, block):
    """Blocks at random places, the same number in every block row: what suits Blocked-ELL best."""
    torch.manual_seed(1)
    count = size // block
    kept = max(1, round(count * DENSITY))
    order = torch.rand(count, count, device="cuda").argsort(1)[:, :kept].sort(1).values
    indptr = torch.arange(0, count * kept + 1, kept, dtype=torch.int32, device="cuda")
    values = torch.randn(count * kept, block, block, device="cuda", dtype=torch.float16)
    return indptr, order.flatten().int(), values


def block_row(torch, matrix, row, size):
    """One block row, dense."""
    indptr, indices, values = matrix
    block = values.shape[1]
    dense = torch.zeros(block, size, device="cuda", dtype=values.dtype)
    for at in range(int(indptr[row]), int(indptr[row + 1])):
        column = int(indices[at]) * block
        dense[:, column : column + block] = values[at]
    return dense


def measure(torch, matrix, size, block, right, run):
    """Checks the first, a middle and the last block row, then times."""
    found = run()
    for row in (0, size // block // 2, size // block - 1):
        rows = slice(row * block, (row + 1) * block)
        assert_rows_close(torch, block_row(torch, matrix, row, size), right, found[rows], BOUND)
    milliseconds = median_ms(torch, run)
    return {"ms": milliseconds, "usefulTflops": 2 * matrix[2].numel() * size / milliseconds / 1e9}


def in_order(torch, matrix, order):
    """The same matrix with contiguous rows or columns."""
    return matrix.contiguous() if order == "rows" else matrix.t().contiguous().t()


def cusparse(kind, size, block):
    """The fastest of the orders in which the dense operand and the result can lie; refused ones are named."""
    torch = require_cuda()
    from sparsek_peers import cusparse as library

    product = {"BSR": library.bsr_product, "Blocked-ELL": library.blocked_ell_product}[kind]
    matrix = make_matrix(torch, size, block)
    right = torch.randn(size, size, device="cuda", dtype=torch.float16)
    orders, refused = {}, {}
    for b_order in ("rows", "columns"):
        for out_order in ("rows", "columns"):
            name = f"B by {b_order}, C by {out_order}"
            b = in_order(torch, right, b_order)
            out = in_order(torch, torch.full((size, size), float("nan"), device="cuda", dtype=b.dtype), out_order)
            try:
                run = product(*matrix, (size, size), b, out).run
                orders[name] = measure(torch, matrix, size, block, right, run)
            except RuntimeError as failure:
                refused[name] = str(failure).splitlines()[0]
    if not orders:
        raise RuntimeError("; ".join(f"{name}: {reason}" for name, reason in refused.items()))
    fastest = min(orders, key=lambda name: orders[name]["ms"])
    return {
        "version": library.version(),
        "order": fastest,
        **orders[fastest],
        "orders": {name: figures["ms"] for name, figures in orders.items()},
        "refused": refused,
    }


def pytorch(size, block):
    torch = require_cuda()
    matrix = make_matrix(torch, size, block)
    right = torch.randn(size, size, device="cuda", dtype=torch.float16)
    sparse = torch.sparse_bsr_tensor(*matrix, size=(size, size))
    return measure(torch, matrix, size, block, right, lambda: sparse @ right)


def dense(size):
    """cuBLAS on random numbers everywhere: what one would run without sparsity."""
    torch = require_cuda()
    torch.manual_seed(1)
    left, right = (torch.randn(size, size, device="cuda", dtype=torch.float16) for _ in range(2))
    milliseconds = median_ms(torch, lambda: left @ right)
    return {"ms": milliseconds, "tflops": 2 * size**3 / milliseconds / 1e9}


PROBES = {
    "cuSPARSE BSR": functools.partial(cusparse, "BSR"),
    "cuSPARSE Blocked-ELL": functools.partial(cusparse, "Blocked-ELL"),
    "PyTorch BSR": pytorch,
    "dense": dense,
}
