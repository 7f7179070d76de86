"""Fused attention on a GPU for the masks that kernels know by name: PyTorch, FlashAttention, FlashInfer, xFormers."""

from . import flash_attention, flashinfer_attention, sdpa, xformers_attention

PEERS = {
    **sdpa.PEERS,
    **flash_attention.PEERS,
    **flashinfer_attention.PEERS,
    **xformers_attention.PEERS,
}
