"""How much memory FlexAttention's block mask takes to build and to keep, against the length of the context."""

LENGTHS = (8192, 16384, 32768, 65536, 131072)
WINDOW = 4096


def build_mask(length, heads=1, compiled=False):
    import torch
    from torch.nn.attention.flex_attention import create_block_mask

    if not torch.cuda.is_available():
        raise ImportError("PyTorch sees no CUDA device")

    def window(batch, head, query, key):
        return (key <= query) & (key > query - WINDOW)

    torch.cuda.reset_peak_memory_stats()
    before = torch.cuda.memory_allocated()
    mask = create_block_mask(window, None, heads, length, length, device="cuda", _compile=compiled)
    torch.cuda.synchronize()
    return {
        "peakBytes": torch.cuda.max_memory_allocated() - before,
        "keptBytes": torch.cuda.memory_allocated() - before,
        "blocks": int(mask.kv_num_blocks.sum()),
    }


PROBES = {"block mask": build_mask}
