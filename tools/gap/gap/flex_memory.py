"""How much memory FlexAttention's block mask takes to build and to keep, against the length of the context."""

import time

from .timing import require_cuda

# Plain building makes a table of all pairs: one byte for each of 262144 squared is 64 GiB.
PLAIN_LENGTHS = (8192, 16384, 32768, 65536, 131072, 262144)
COMPILED_LENGTHS = (8192, 32768, 131072, 524288, 1048576)
# Masks that differ by head, as routed or pruned attention has them.
HEADS_LENGTHS = (32768, 131072)
HEADS = 32
WINDOW = 4096


def build_mask(length, heads=1, compiled=False):
    torch = require_cuda()
    from torch.nn.attention.flex_attention import create_block_mask

    def window(batch, head, query, key):
        # With several heads each has a window of its own, so that the table cannot be shared.
        return (key <= query) & (key > query - WINDOW - head)

    torch.cuda.reset_peak_memory_stats()
    before = torch.cuda.memory_allocated()
    start = time.perf_counter()
    mask = create_block_mask(
        window, None, heads if heads > 1 else None, length, length, device="cuda", _compile=compiled
    )
    torch.cuda.synchronize()
    seconds = time.perf_counter() - start
    return {
        "peakBytes": torch.cuda.max_memory_allocated() - before,
        "keptBytes": torch.cuda.memory_allocated() - before,
        "blocks": visible_blocks(mask),
        "seconds": seconds,
    }


def visible_blocks(mask):
    full = mask.full_kv_num_blocks
    return int(mask.kv_num_blocks.sum()) + (0 if full is None else int(full.sum()))


PROBES = {"block mask": build_mask}
