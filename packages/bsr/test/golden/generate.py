"""Writes scipy.json: what SciPy and NumPy make of small matrices. Run by hand: python3 generate.py

Values are small integers, so that every sum and product is exact in every dtype.
"""

import json
import pathlib

import numpy as np
import scipy
import scipy.sparse as sp

generator = np.random.default_rng(20251121)


def compressed(matrix):
    matrix.sort_indices()  # SciPy leaves the blocks of a converted dense matrix in another order.
    return {
        "shape": list(matrix.shape),
        "indptr": matrix.indptr.tolist(),
        "indices": matrix.indices.tolist(),
        "values": matrix.data.ravel().tolist(),
        **({"blockShape": list(matrix.blocksize)} if matrix.format == "bsr" else {}),
    }


def sparse(rows, columns, density, block=(1, 1)):
    kept = generator.random((rows // block[0], columns // block[1])) < density
    values = generator.integers(1, 9, (rows, columns)) * generator.choice([-1, 1], (rows, columns))
    return np.where(np.kron(kept, np.ones(block, dtype=bool)), values, 0).astype(np.float32)


def conversions():
    for block, shape in [((1, 1), (5, 7)), ((2, 3), (8, 12)), ((4, 4), (16, 24)), ((3, 6), (9, 18))]:
        dense = sparse(*shape, 0.3)
        bsr = sp.bsr_array(dense, blocksize=block)
        other = sp.bsr_array(sparse(*shape, 0.4), blocksize=block)
        flipped = sp.bsr_array(bsr.T.toarray(), blocksize=block[::-1])
        yield {
            "dense": dense.ravel().tolist(),
            "bsr": compressed(bsr),
            "csr": compressed(sp.csr_array(dense)),
            "csc": compressed(sp.csc_array(dense)),
            "transpose": compressed(flipped),
            "other": compressed(other),
            "sum": (bsr + other).toarray().ravel().tolist(),
            "product": bsr.multiply(other).toarray().ravel().tolist(),
            "nonzeros": int(bsr.count_nonzero()),
        }


def coordinates():
    rows, columns = generator.integers(0, 9, 40), generator.integers(0, 11, 40)
    values = generator.integers(-8, 9, 40).astype(np.float32)
    coo = sp.coo_array((values, (rows, columns)), shape=(9, 11))
    return {
        "shape": [9, 11],
        "rows": rows.tolist(),
        "columns": columns.tolist(),
        "values": values.tolist(),
        "dense": coo.toarray().ravel().tolist(),
    }


def stacks():
    a, b = (sp.bsr_array(sparse(6, 8, 0.4), blocksize=(2, 2)) for _ in range(2))
    return {
        "a": compressed(a),
        "b": compressed(b),
        "vstack": sp.vstack([a, b]).toarray().ravel().tolist(),
        "hstack": sp.hstack([a, b]).toarray().ravel().tolist(),
        "blockDiagonal": sp.block_diag([a, b]).toarray().ravel().tolist(),
        "rows": sp.csr_array(a)[1:5].toarray().ravel().tolist(),
        "columns": sp.csr_array(a)[:, 3:8].toarray().ravel().tolist(),
    }


def halves():
    values = np.concatenate(
        [
            generator.standard_normal(200) * 10.0 ** generator.integers(-9, 6, 200),
            [0, -0.0, 65504, 65519.99, 65520, 1e30, 2.0**-24, 2.0**-25, 2.0**-25 * 1.0001, 6.1e-5, 2049, 2051],
        ]
    ).astype(np.float32)
    with np.errstate(over="ignore"):
        words = values.astype(np.float16).view(np.uint16)
    return {"f32": values.view(np.uint32).tolist(), "f16": words.tolist()}


def philox(counter, key):
    """Philox4x32-10 from its definition (Salmon et al., SC 2011), independent of the TypeScript."""
    c, k = list(counter), list(key)
    for _ in range(10):
        p0, p1 = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(p1 >> 32) ^ c[1] ^ k[0], p1 & 0xFFFFFFFF, (p0 >> 32) ^ c[3] ^ k[1], p0 & 0xFFFFFFFF]
        k = [(k[0] + 0x9E3779B9) & 0xFFFFFFFF, (k[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return c


def word(seed, stream, n):
    block = n // 4
    return philox((block & 0xFFFFFFFF, block >> 32, stream, 0), (seed & 0xFFFFFFFF, seed >> 32))[n % 4]


def normal(seed, stream, n):
    words = philox((n & 0xFFFFFFFF, n >> 32, stream, 1), (seed & 0xFFFFFFFF, seed >> 32))
    total = sum((w & 0xFFFF) + (w >> 16) for w in words)
    return float(np.float32((total - 262140) * np.sqrt(1.5) / 65536))


def random_rows(seed, rows, columns, total):
    chosen, position = [], 0
    for r in range(rows):
        count = (r + 1) * total // rows - r * total // rows
        taken = set()
        for i in range(count):
            j = columns - count + i
            t = word(seed, 0, position + i) * (j + 1) >> 32
            taken.add(j if t in taken else t)
        chosen.append(sorted(taken))
        position += count
    return chosen


def draws():
    seed = 0x123456789ABCDEF0
    return {
        "seed": str(seed),
        "words": [word(seed, 3, n) for n in range(10)],
        "normals": [normal(seed, 3, n) for n in range(10)],
        "pattern": {"rows": 7, "columns": 40, "density": 0.15, "chosen": random_rows(seed, 7, 40, 42)},
    }


result = {
    "scipy": scipy.__version__,
    "conversions": list(conversions()),
    "coordinates": coordinates(),
    "stacks": stacks(),
    "halves": halves(),
    "draws": draws(),
}
pathlib.Path(__file__).with_name("scipy.json").write_text(json.dumps(result, separators=(",", ":")) + "\n")
