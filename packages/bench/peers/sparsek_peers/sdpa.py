"""PyTorch's scaled_dot_product_attention with one of its kernels."""

import functools

from .device import GpuRun, describe_torch, input_sets, require_torch
from .masks import known_mask
from .peer import Peer, Skip


def prepare_sdpa(backend_name, request):
    torch = require_torch()
    from torch.nn.attention import SDPBackend, sdpa_kernel

    case = request["case"]
    causal = known_mask(case, ("dense", "causal")).causal
    if causal and case["queryLength"] != case["keyLength"]:
        raise Skip("its causal mask begins at the first key")
    backend = getattr(SDPBackend, backend_name)
    attend = torch.nn.functional.scaled_dot_product_attention

    def function(q, k, v):
        def call():
            with sdpa_kernel(backend):
                return attend(q, k, v, is_causal=causal, enable_gqa=q.shape[1] != k.shape[1])

        return call

    return GpuRun(request, [function(*tensors) for tensors in input_sets(request, ("q", "k", "v"))])


PEERS = {
    "sdpa-cudnn": Peer(describe_torch, functools.partial(prepare_sdpa, "CUDNN_ATTENTION")),
    "sdpa-flash": Peer(describe_torch, functools.partial(prepare_sdpa, "FLASH_ATTENTION")),
}
