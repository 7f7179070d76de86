"""Which operations PyTorch offers on its block-sparse (BSR) tensors. On the GPU where there is one, else on the CPU."""

SIZE = 128
BLOCK = 32


def device_and_dtype():
    import torch

    if torch.cuda.is_available():
        return torch, "cuda", torch.float16
    return torch, "cpu", torch.float32


def make_bsr(torch, device, dtype, requires_grad=False):
    """A BSR matrix with two stored blocks in every block row, and the same matrix dense."""
    torch.manual_seed(1)
    rows = SIZE // BLOCK
    dense = torch.randn(SIZE, SIZE, device=device, dtype=dtype)
    keep = torch.zeros(rows, rows, dtype=torch.bool, device=device)
    for row in range(rows):
        keep[row, row] = keep[row, (row + 1) % rows] = True
    dense = dense * keep.repeat_interleave(BLOCK, 0).repeat_interleave(BLOCK, 1)
    sparse = dense.to_sparse_bsr((BLOCK, BLOCK))
    return (sparse.requires_grad_() if requires_grad else sparse), dense


def close(torch, result, expected):
    dense = result.to_dense() if result.layout != torch.strided else result
    torch.testing.assert_close(dense.float(), expected.float(), rtol=2e-2, atol=2e-2)


def on_pair(operation, expectation):
    """A probe that compares an operation on the sparse matrix with the same on the dense one."""

    def probe():
        torch, device, dtype = device_and_dtype()
        sparse, dense = make_bsr(torch, device, dtype)
        right = torch.randn(SIZE, SIZE, device=device, dtype=dtype)
        close(torch, operation(torch, sparse, right), expectation(torch, dense, right))
        if device == "cuda":
            torch.cuda.synchronize()

    return probe


def backward():
    torch, device, dtype = device_and_dtype()
    sparse, _ = make_bsr(torch, device, dtype, requires_grad=True)
    right = torch.randn(SIZE, SIZE, device=device, dtype=dtype)
    (sparse @ right).sum().backward()
    assert sparse.grad is not None, "no gradient"


def malformed(change):
    """A probe that hands over a structure that is wrong; refusing it is right, a crash or an answer is not."""

    def probe():
        torch, device, dtype = device_and_dtype()
        sparse, _ = make_bsr(torch, device, dtype)
        indptr, indices = change(sparse.crow_indices().clone(), sparse.col_indices().clone())
        bad = torch.sparse_bsr_tensor(
            indptr, indices, sparse.values(), size=(SIZE, SIZE), check_invariants=False
        )
        (bad @ torch.randn(SIZE, SIZE, device=device, dtype=dtype)).sum().item()
        return {"outcome": "wrong", "detail": "gave an answer to malformed input"}

    return probe


def column_outside(indptr, indices):
    indices[0] = 1 << 20
    return indptr, indices


def pointer_outside(indptr, indices):
    indptr[-1] = 1 << 20
    return indptr, indices


PROBES = {
    "sparse @ dense": on_pair(lambda t, a, b: a @ b, lambda t, a, b: a @ b),
    "dense @ sparse": on_pair(lambda t, a, b: b @ a, lambda t, a, b: b @ a),
    "sparse @ sparse": on_pair(lambda t, a, b: a @ a, lambda t, a, b: a @ a),
    "sparse @ vector": on_pair(lambda t, a, b: a @ b[:, 0], lambda t, a, b: a @ b[:, 0]),
    "transpose @ dense": on_pair(lambda t, a, b: a.transpose(0, 1) @ b, lambda t, a, b: a.T @ b),
    "sampled product (sddmm)": on_pair(
        lambda t, a, b: t.sparse.sampled_addmm(a, b, b, beta=0), lambda t, a, b: (b @ b) * (a != 0)
    ),
    "sparse + sparse": on_pair(lambda t, a, b: a + a, lambda t, a, b: a + a),
    "sparse * number": on_pair(lambda t, a, b: a * 2, lambda t, a, b: a * 2),
    "sum": on_pair(lambda t, a, b: a.sum(), lambda t, a, b: a.sum()),
    "row slice": on_pair(lambda t, a, b: a[:BLOCK], lambda t, a, b: a[:BLOCK]),
    "to dense": on_pair(lambda t, a, b: a.to_dense(), lambda t, a, b: a),
    "to CSR": on_pair(lambda t, a, b: a.to_sparse_csr(), lambda t, a, b: a),
    "gradient": backward,
    "malformed: column outside": malformed(column_outside),
    "malformed: row pointer outside": malformed(pointer_outside),
}
