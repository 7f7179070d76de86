"""Fused attention on a GPU by PyTorch, FlashAttention, FlashInfer and xFormers; FlexAttention is in flex.py."""

from . import flash_attention, flashinfer_attention, flashinfer_blocks, sdpa, xformers_attention

PEERS = {
    **sdpa.PEERS,
    **flash_attention.PEERS,
    **flashinfer_attention.PEERS,
    **flashinfer_blocks.PEERS,
    **xformers_attention.PEERS,
}
