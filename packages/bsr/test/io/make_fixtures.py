"""Writes the fixtures of this folder with NumPy and SciPy: python3 make_fixtures.py (from any folder).

Every matrix holds the same values, so that the tests need to know one matrix only: value(i, j) below, where it is not
zero. All values are small multiples of 1/4, exact in every type.
"""

import json
import pathlib

import numpy as np
import scipy.io
import scipy.sparse as sp

HERE = pathlib.Path(__file__).parent / "fixtures"
ROWS, COLUMNS = 6, 8


def value(i, j):
    """Nonzero in about a third of the places, and block (1, 1) of 2 x 4 blocks is empty."""
    if (3 * i + 5 * j) % 4 != 0 or (2 <= i < 4 and j >= 4):
        return 0.0
    return (1 + i - j) / 4 if i != j - 1 else 7.5


DENSE = np.array([[value(i, j) for j in range(COLUMNS)] for i in range(ROWS)])


def save(name, matrix, **options):
    sp.save_npz(HERE / name, matrix, **options)


def main():
    HERE.mkdir(exist_ok=True)
    csr = sp.csr_array(DENSE)

    for kind in ("csr", "csc", "coo"):
        for dtype in ("f4", "f8"):
            save(f"{kind}-{dtype}.npz", csr.asformat(kind).astype(dtype))
    bsr = sp.bsr_array(DENSE.astype("f4"), blocksize=(2, 4))
    save("bsr-f4.npz", bsr)
    save("bsr-f4-stored.npz", bsr, compressed=False)
    save("bsr-matrix.npz", sp.bsr_matrix(bsr))
    save("bsr-1x1.npz", sp.bsr_array(DENSE.astype("f4"), blocksize=(1, 1)))
    wide = bsr.copy()
    wide.indices, wide.indptr = wide.indices.astype("i8"), wide.indptr.astype("i8")
    save("bsr-i8.npz", wide)
    half = bsr.copy()
    half.data = half.data.astype("f2")
    save("bsr-f2.npz", half)
    save("csr-i2.npz", sp.csr_array((DENSE * 4).astype("i2")))
    save("csr-bool.npz", sp.csr_array(DENSE != 0))
    # What SciPy announces to write instead of "row" and "col", and reads already.
    coo = csr.tocoo()
    coords = dict(coords=np.array([coo.row, coo.col]), format=b"coo", shape=coo.shape, data=coo.data)
    np.savez(HERE / "coo-coords.npz", **coords)
    np.savez(HERE / "coo-coords-fortran.npz", **{**coords, "coords": np.asfortranarray(coords["coords"])})
    np.savez(HERE / "csr-text-format.npz", data=csr.data, indices=csr.indices, indptr=csr.indptr, format="csr", shape=csr.shape)
    np.savez(HERE / "csr-surplus.npz", data=np.append(csr.data, 9), indices=np.append(csr.indices, 0), indptr=csr.indptr, format=b"csr", shape=csr.shape)
    unsorted = bsr.copy()
    for row in range(len(unsorted.indptr) - 1):
        span = slice(unsorted.indptr[row], unsorted.indptr[row + 1])
        unsorted.indices[span] = unsorted.indices[span][::-1].copy()
        unsorted.data[span] = unsorted.data[span][::-1].copy()
    save("bsr-unsorted.npz", unsorted)
    save("csr-empty.npz", sp.csr_array((5, 7), dtype="f4"))
    save("csr-no-rows.npz", sp.csr_array((0, 4), dtype="f4"))
    # One block, transposed: NumPy saves its values in Fortran order.
    one = sp.bsr_array(DENSE[:2, :4].astype("f4"), blocksize=(2, 4))
    one.data = np.asfortranarray(one.data)
    save("bsr-fortran.npz", one)
    save("coo-duplicates.npz", sp.coo_array((np.ones(3, "f4"), ([1, 0, 1], [2, 0, 2])), shape=(2, 3)))
    save("dia.npz", sp.dia_array(DENSE))
    save("complex.npz", sp.csr_array(DENSE + 1j))
    np.savez(HERE / "not-sparse.npz", a=DENSE)

    for dtype in ("<f4", ">f4", "<f8", ">f8", "<f2", ">f2", "<i8", ">i4", "<u2", "u1", "i1", "<u8"):
        scale = DENSE if "f" in dtype else np.abs(DENSE * 4)
        name = {"<": "le-", ">": "be-"}.get(dtype[0], "") + dtype.strip("<>")
        np.save(HERE / f"{name}.npy", scale.astype(dtype))
    np.save(HERE / "bool.npy", DENSE != 0)
    np.save(HERE / "fortran.npy", np.asfortranarray(DENSE.astype("f4")))
    np.save(HERE / "fortran-3d.npy", np.asfortranarray(DENSE.reshape(2, 3, 8).astype("f4")))
    np.save(HERE / "vector.npy", DENSE[0].astype("f4"))
    np.save(HERE / "scalar.npy", np.float32(2.5))
    np.save(HERE / "no-rows.npy", np.zeros((0, 3), "f4"))
    np.save(HERE / "complex.npy", DENSE + 1j)
    np.save(HERE / "text.npy", np.array([["a"]]))
    np.save(HERE / "objects.npy", np.array([[None]]), allow_pickle=True)
    np.save(HERE / "fields.npy", np.zeros((2, 2), [("x", "f4"), ("y", "f4")]))
    np.save(HERE / "raw2.npy", (DENSE.astype("f4").view("u4") >> 16).astype("u2").view("V2"))
    for version in ((2, 0), (3, 0)):
        with open(HERE / f"version-{version[0]}.npy", "wb") as file:
            np.lib.format.write_array(file, DENSE.astype("f4"), version=version)

    symmetric = np.tril(DENSE[:, :6]) + np.tril(DENSE[:, :6], -1).T
    skew = np.tril(DENSE[:, :6], -1) - np.tril(DENSE[:, :6], -1).T
    scipy.io.mmwrite(HERE / "general.mtx", sp.coo_array(DENSE), comment=" two\n comments")
    scipy.io.mmwrite(HERE / "symmetric.mtx", sp.coo_array(symmetric), symmetry="symmetric")
    scipy.io.mmwrite(HERE / "skew.mtx", sp.coo_array(skew), symmetry="skew-symmetric")
    scipy.io.mmwrite(HERE / "pattern.mtx", sp.coo_array(DENSE), field="pattern")
    scipy.io.mmwrite(HERE / "integer.mtx", sp.coo_array((DENSE * 4).astype("i8")))
    scipy.io.mmwrite(HERE / "unsigned.mtx", sp.coo_array(np.abs(DENSE * 4).astype("u4")))
    scipy.io.mmwrite(HERE / "complex.mtx", sp.coo_array(DENSE + 1j))
    scipy.io.mmwrite(HERE / "array.mtx", DENSE)
    scipy.io.mmwrite(HERE / "array-symmetric.mtx", symmetric, symmetry="symmetric")
    scipy.io.mmwrite(HERE / "array-skew.mtx", skew, symmetry="skew-symmetric")
    (HERE / "symmetric.json").write_text(json.dumps(symmetric.tolist()) + "\n")
    (HERE / "skew.json").write_text(json.dumps(skew.tolist()) + "\n")


if __name__ == "__main__":
    main()
