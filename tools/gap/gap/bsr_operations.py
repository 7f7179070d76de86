"""Which operations PyTorch offers on its block-sparse (BSR) tensors. On the GPU where there is one, else on the CPU."""

import functools

SIZE = 128
BLOCK = 32


def device_and_dtype():
    import torch

    if torch.cuda.is_available():
        return torch, "cuda", torch.float16
    return torch, "cpu", torch.float32


def make_bsr(torch, device, dtype, block=(BLOCK, BLOCK), size=SIZE):
    """A BSR matrix with two stored blocks in every block row, and the same matrix dense."""
    torch.manual_seed(1)
    rows, columns = size // block[0], size // block[1]
    dense = torch.randn(size, size, device=device, dtype=dtype)
    keep = torch.zeros(rows, columns, dtype=torch.bool, device=device)
    for row in range(rows):
        keep[row, row % columns] = keep[row, (row + 1) % columns] = True
    dense = dense * keep.repeat_interleave(block[0], 0).repeat_interleave(block[1], 1)
    return dense.to_sparse_bsr(block), dense


def close(torch, result, expected):
    dense = result.to_dense() if result.layout != torch.strided else result
    # 16-bit sums over 128 products; a wrong block would be off by whole numbers.
    torch.testing.assert_close(dense.float(), expected.float(), rtol=2e-2, atol=5e-2)


def on_pair(operation, expectation=None, **made):
    """A probe that compares an operation on the sparse matrix with the same on the dense one."""

    def probe():
        torch, device, dtype = device_and_dtype()
        sparse, dense = make_bsr(torch, device, dtype, **made)
        right = torch.randn(dense.shape, device=device, dtype=dtype)
        close(torch, operation(torch, sparse, right), (expectation or operation)(torch, dense, right))
        if device == "cuda":
            torch.cuda.synchronize()

    return probe


def gradient(product, of_sparse):
    """A probe of the gradient of a product with respect to the sparse or to the dense operand."""

    def probe():
        torch, device, dtype = device_and_dtype()
        sparse, dense = make_bsr(torch, device, dtype)
        right = torch.randn(SIZE, SIZE, device=device, dtype=dtype)
        found = gradient_of(torch, product, sparse, right, of_sparse)
        expected = gradient_of(torch, product, dense, right, of_sparse)
        # A sparse operand's gradient need only be right where something is stored.
        stored = dense != 0 if of_sparse else 1
        dense_found = found.to_dense() if found.layout != torch.strided else found
        close(torch, dense_found * stored, expected * stored)

    return probe


def gradient_of(torch, product, left, right, of_left):
    operands = [left.detach(), right.detach()]
    wanted = operands[0 if of_left else 1].requires_grad_()
    product(torch, *operands).sum().backward()
    assert wanted.grad is not None, "no gradient"
    return wanted.grad


def batch(torch, matrix):
    return torch.stack([matrix, matrix])


def batched():
    torch, device, dtype = device_and_dtype()
    _, dense = make_bsr(torch, device, dtype)
    pair = batch(torch, dense)
    right = torch.randn(2, SIZE, SIZE, device=device, dtype=dtype)
    close(torch, torch.bmm(pair.to_sparse_bsr((BLOCK, BLOCK)), right), torch.bmm(pair, right))


def saved():
    import io

    torch, device, dtype = device_and_dtype()
    sparse, dense = make_bsr(torch, device, dtype)
    file = io.BytesIO()
    torch.save(sparse, file)
    file.seek(0)
    close(torch, torch.load(file), dense)


def compiled(torch, left, right):
    return torch.compile(torch.matmul)(left, right) if left.layout != torch.strided else left @ right


def linear(torch, weight, x):
    return torch.nn.functional.linear(x, weight)


OPERATIONS = {
    "sparse @ dense": on_pair(lambda t, a, b: a @ b),
    "linear layer, sparse weight": on_pair(linear),
    "addmm, sparse @ dense": on_pair(lambda t, a, b: t.addmm(b, a, b)),
    "sparse @ vector": on_pair(lambda t, a, b: a @ b[:, 0]),
    "dense @ sparse": on_pair(lambda t, a, b: b @ a),
    "transposed sparse @ dense": on_pair(lambda t, a, b: a.transpose(0, 1) @ b),
    "sparse @ sparse": on_pair(lambda t, a, b: a @ a),
    "batch of sparse @ dense": batched,
    "sparse @ dense, blocks of 16x32": on_pair(lambda t, a, b: a @ b, block=(16, 32)),
    "sparse @ dense, blocks of 4x4": on_pair(lambda t, a, b: a @ b, block=(4, 4)),
    "sparse @ dense, blocks of 3x3": on_pair(lambda t, a, b: a @ b, block=(3, 3), size=96),
    "sampled product (sddmm)": on_pair(
        lambda t, a, b: t.sparse.sampled_addmm(a, b, b, beta=0), lambda t, a, b: (b @ b) * (a != 0)
    ),
    "sparse @ dense, gradient of the sparse operand": gradient(lambda t, a, b: a @ b, of_sparse=True),
    "sparse @ dense, gradient of the dense operand": gradient(lambda t, a, b: a @ b, of_sparse=False),
    "linear layer, gradient of the weight": gradient(linear, of_sparse=True),
    "linear layer, gradient of the input": gradient(linear, of_sparse=False),
    "torch.compile of sparse @ dense": on_pair(compiled),
    "sparse + sparse": on_pair(lambda t, a, b: a + a),
    "sparse * number": on_pair(lambda t, a, b: a * 2),
    "sparse * dense": on_pair(lambda t, a, b: a * b),
    "relu": on_pair(lambda t, a, b: t.relu(a)),
    "sum": on_pair(lambda t, a, b: a.sum()),
    "softmax of rows": on_pair(lambda t, a, b: t.sparse.softmax(a, 1), lambda t, a, b: t.softmax(a, 1)),
    "transpose": on_pair(lambda t, a, b: a.transpose(0, 1)),
    "row slice": on_pair(lambda t, a, b: a[:BLOCK]),
    "to dense": on_pair(lambda t, a, b: a.to_dense(), lambda t, a, b: a),
    "to CSR": on_pair(lambda t, a, b: a.to_sparse_csr(), lambda t, a, b: a),
    "to COO": on_pair(lambda t, a, b: a.to_sparse_coo(), lambda t, a, b: a),
    "to other blocks": on_pair(lambda t, a, b: a.to_sparse_bsr((16, 16)), lambda t, a, b: a),
    "to float32": on_pair(lambda t, a, b: a.to(t.float32), lambda t, a, b: a),
    "save and load": saved,
}


def put(index, value, array):
    """Which of the two index arrays to break, and how."""

    def change(indptr, indices):
        (indptr if array == "indptr" else indices)[index] = value
        return indptr, indices

    return change


def repeated(indptr, indices):
    indices[1] = indices[0]
    return indptr, indices


BROKEN = {
    "column outside": put(0, 1 << 20, "indices"),
    "negative column": put(0, -1, "indices"),
    "column twice in a row": repeated,
    "row pointer outside": put(-1, 1 << 20, "indptr"),
    "row pointers decrease": put(1, -4, "indptr"),
}

CONSUMERS = {
    "sparse @ dense": lambda torch, bad, right: bad @ right,
    "to dense": lambda torch, bad, right: bad.to_dense(),
}


def malformed(broken, consumer, check):
    """Hands over a structure that is wrong; refusing it is right, a crash or an answer is not."""
    torch, device, dtype = device_and_dtype()
    sparse, _ = make_bsr(torch, device, dtype)
    indptr, indices = BROKEN[broken](sparse.crow_indices().clone(), sparse.col_indices().clone())
    # Without `check` as anybody would write it: the invariants are not checked unless somebody asks.
    asked = {"check_invariants": True} if check else {}
    bad = torch.sparse_bsr_tensor(indptr, indices, sparse.values(), size=(SIZE, SIZE), **asked)
    right = torch.randn(SIZE, SIZE, device=device, dtype=dtype)
    CONSUMERS[consumer](torch, bad, right).sum().item()
    return {"outcome": "wrong", "detail": "gave an answer to malformed input"}


def empty_blocks(check):
    """Blocks without any element."""
    torch, device, dtype = device_and_dtype()
    asked = {"check_invariants": True} if check else {}
    indptr, indices = (torch.tensor(numbers, device=device) for numbers in ([0, 0], []))
    values = torch.empty((0, 0, 2), device=device, dtype=dtype)
    torch.sparse_bsr_tensor(indptr, indices.long(), values, size=(2, 2), **asked).to_dense().sum().item()
    return {"outcome": "wrong", "detail": "gave an answer to malformed input"}


def malformed_probes(check):
    for broken in BROKEN:
        for consumer in CONSUMERS:
            yield f"{broken}: {consumer}", functools.partial(malformed, broken, consumer, check)
    yield "blocks of no rows: to dense", functools.partial(empty_blocks, check)


UNCHECKED = dict(malformed_probes(check=False))
CHECKED = {f"{name} (checked)": probe for name, probe in malformed_probes(check=True)}
PROBES = {**OPERATIONS, **UNCHECKED, **CHECKED}
