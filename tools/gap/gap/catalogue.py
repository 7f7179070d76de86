"""Everything that is asked."""

from dataclasses import dataclass, field

from . import bsr_operations, flex_memory, products, structured


@dataclass(frozen=True)
class Question:
    section: str
    label: str
    module: str
    probe: str
    arguments: dict = field(default_factory=dict)
    # Times and large allocations want the GPU for themselves; other questions are asked side by side.
    alone: bool = False


# The memory of one mask of this length no longer fits beside that of other probes.
LARGE_MASK = 131072


def questions():
    yield from bsr_questions()
    yield from mask_questions()
    yield from product_questions()
    yield from structured_questions()


def bsr_questions():
    for section, probes in (
        ("PyTorch BSR", bsr_operations.OPERATIONS),
        ("malformed BSR", bsr_operations.UNCHECKED),
        ("malformed BSR, checked", bsr_operations.CHECKED),
    ):
        for name in probes:
            yield Question(section, name, "gap.bsr_operations", name)


def mask_questions():
    ask = [(length, 1, True) for length in flex_memory.COMPILED_LENGTHS]
    ask += [(length, flex_memory.HEADS, True) for length in flex_memory.HEADS_LENGTHS]
    ask += [(length, 1, False) for length in flex_memory.PLAIN_LENGTHS]
    for length, heads, compiled in ask:
        label = f"{length} tokens, {heads} head{'s' if heads > 1 else ''}, {'compiled' if compiled else 'plain'}"
        arguments = {"length": length, "heads": heads, "compiled": compiled}
        alone = not compiled and length >= LARGE_MASK
        yield Question("FlexAttention mask memory", label, "gap.flex_memory", "block mask", arguments, alone)


def product_questions():
    section = "block-sparse products"
    for size in products.SIZES:
        yield Question(section, f"{size} cubed, dense", "gap.products", "dense", {"size": size}, True)
        for name in products.PROBES:
            for block in products.BLOCKS if name != "dense" else ():
                arguments = {"size": size, "block": block}
                label = f"{size} cubed, block {block}, {name}"
                yield Question(section, label, "gap.products", name, arguments, True)


def structured_questions():
    for name in structured.PROBES:
        for size in structured.SIZES:
            label = f"{size} cubed, {name}"
            yield Question("2:4 against dense", label, "gap.structured", name, {"size": size}, True)
