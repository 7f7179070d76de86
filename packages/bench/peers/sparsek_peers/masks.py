"""The masks that fused attention kernels know by name."""

import re
from dataclasses import dataclass

from .peer import Skip


@dataclass(frozen=True)
class KnownMask:
    """`dense`, `causal`, `window` (the newest `window` keys up to the query's own) or `documents` (causal in each).

    Where there are fewer queries than keys, query i stands at key i + keys - queries: the last query sees the last key.
    """

    kind: str
    window: int = 0
    lengths: tuple[int, ...] = ()

    @property
    def causal(self):
        return self.kind != "dense"


def known_mask(case, kinds=("dense", "causal", "window", "documents"), sinks=False):
    """The mask of a case if it is of one of the `kinds`; `sinks`: the peer takes sink logits."""
    if case.get("sinks") and not sinks:
        raise Skip("has no sink logits", unconcerned=True)
    mask = parse(case)
    if mask is None or mask.kind not in kinds:
        raise Skip("has no such mask", unconcerned=True)
    return mask


def parse(case):
    mask, length = case["mask"], case["keyLength"]
    if isinstance(mask, dict):
        return KnownMask("documents", lengths=tuple(mask["lengths"])) if mask["kind"] == "documents" else None
    if mask in ("all", f"sink:{length}"):
        return KnownMask("dense")
    if mask == "causal":
        return KnownMask("causal")
    window = re.fullmatch(r"window:(\d+)", mask)
    return KnownMask("window", window=int(window[1])) if window else None
