"""2:4 structured sparsity against the dense product of the same size, through PyTorch's semi-structured tensors."""

from .timing import median_ms

SIZES = (1024, 2048, 4096, 8192, 16384)


def compare(size):
    import torch
    from torch.sparse import to_sparse_semi_structured

    if not torch.cuda.is_available():
        raise ImportError("PyTorch sees no CUDA device")
    torch.manual_seed(1)
    # The first two of every four, whatever their size: speed does not depend on the choice.
    mask = torch.tensor([1, 1, 0, 0], device="cuda", dtype=torch.bool).tile((size, size // 4))
    dense = torch.randn(size, size, device="cuda", dtype=torch.float16) * mask
    right = torch.randn(size, size, device="cuda", dtype=torch.float16)
    sparse = to_sparse_semi_structured(dense)
    torch.testing.assert_close(sparse @ right, dense @ right, rtol=2e-2, atol=2e-1)
    dense_ms = median_ms(torch, lambda: dense @ right)
    sparse_ms = median_ms(torch, lambda: sparse @ right)
    return {"denseMs": dense_ms, "sparseMs": sparse_ms, "speedup": dense_ms / sparse_ms}


PROBES = {"2:4 against dense": compare}
