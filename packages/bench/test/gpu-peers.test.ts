import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PEERS } from '../src/peers/peer-list.js';
import { findPythonPeers } from '../src/peers/python-contestants.js';

const peers = join(import.meta.dirname, '..', 'peers');

/** Runs a Python program that sees the peers' modules; it prints one JSON value. */
function runPython(program: string): unknown {
  const { status, stdout, stderr } = spawnSync('python3', ['-c', program], {
    encoding: 'utf8',
    env: { ...process.env, PYTHONPATH: peers, PYTHONDONTWRITEBYTECODE: '1' },
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

const python = spawnSync('python3', ['-c', 'import numpy'], { encoding: 'utf8' });
const missing =
  python.status === 0 ? undefined : `no python3 with NumPy (${python.error?.message ?? python.stderr})`;
if (missing !== undefined) console.warn(`skipped: the GPU peers' Python: ${missing}`);

const torch = spawnSync('python3', ['-c', 'import torch'], { encoding: 'utf8' });
const present = torch.status === 0 ? 'this python3 has PyTorch' : undefined;
if (present !== undefined) console.warn(`skipped: GPU peers without PyTorch: ${present}`);

describe.skipIf(missing !== undefined || present !== undefined)('GPU peers without PyTorch', () => {
  it('are all listed with the reason', async () => {
    const { contestants, missing: absent } = await findPythonPeers('gpu');
    expect(contestants).toEqual([]);
    const names = Object.values(PEERS).flatMap(({ device, name }) => (device === 'gpu' ? [name] : []));
    expect(absent.map(({ name }) => name)).toEqual(names);
    for (const { reason } of absent) expect(reason).toMatch(/^(ModuleNotFound|Import)Error: /);
  });
});

describe.skipIf(missing !== undefined)("the GPU peers' rules", () => {
  it('tell the masks that fused kernels know from others', () => {
    const found = runPython(`
import json
from dataclasses import astuple
from sparsek_peers.masks import known_mask
from sparsek_peers.peer import Skip

def know(mask, *arguments, **more):
    try:
        return astuple(known_mask({"mask": mask, "keyLength": 64, **more}, *arguments))
    except Skip as skip:
        return [str(skip), skip.unconcerned]

documents = {"kind": "documents", "lengths": [60, 4]}
masks = ["causal", "all", "sink:64", "window:16", documents, "sink:4", {"kind": "random-blocks", "density": 0.5}]
print(json.dumps([*map(know, masks), know("window:16", ("dense", "causal")), know("window:16", sinks=True)]))`);
    expect(found).toEqual([
      ['causal', 0, []],
      ['dense', 0, []],
      ['dense', 0, []],
      ['window', 16, []],
      ['documents', 0, [60, 4]],
      ['has no such mask', true],
      ['has no such mask', true],
      ['has no such mask', true],
      ['has no sink logits', true],
    ]);
  });

  it('name the package that is installed, under its present name or an earlier one', () => {
    const found = runPython(`
import json, sys, types
from importlib import metadata
from sparsek_peers import attention, by_token

installed = {"flash_attn_3": "3.0.0", "fa4": "4.0.0b3", "xformers": "0.0.36", "flashinfer-python": "0.6.17"}
def version(name):
    if name not in installed:
        raise metadata.PackageNotFoundError(name)
    return installed[name]

metadata.version = version
by_token.describe_torch = lambda: "PyTorch"
for name in ("flash_attn_interface", "flash_attn", "flash_attn.cute", "flashinfer", "xformers", "xformers.ops"):
    sys.modules[name] = types.ModuleType(name)
describe = lambda: [attention.PEERS[name].describe() for name in ("flash-3", "flash-4", "flashinfer", "xformers")]
first = describe()
sys.modules["xformers.ops"].memory_efficient_attention = print
installed.clear()
print(json.dumps([first, describe()]))`);
    expect(found).toEqual([
      [
        { version: 'flash_attn_3 3.0.0, PyTorch' },
        { version: 'fa4 4.0.0b3, PyTorch' },
        { version: 'flashinfer-python 0.6.17, PyTorch' },
        // Its package may import without its attention.
        { missing: expect.stringMatching(/^ImportError: cannot import name 'memory_efficient_attention'/) },
      ],
      [
        { missing: 'ImportError: no package flash_attn_3 is installed' },
        { missing: 'ImportError: no package flash-attn-4 or fa4 is installed' },
        { missing: 'ImportError: no package flashinfer-python is installed' },
        { missing: 'ImportError: no package xformers is installed' },
      ],
    ]);
  });

  it('decide clauses as masks do', () => {
    const found = runPython(`
import json, numpy
from sparsek_peers.flex import clause_rule

def clause(diagonal=(None, None), rows=(None, None), columns=(None, None), document="any"):
    return {"diagonal": diagonal, "rows": rows, "columns": columns, "document": document}

query, key = numpy.arange(6)[:, None], numpy.arange(8)[None, :]
documents = numpy.array([0, 0, 0, 3, 3, 3, 3, 7])
cases = [
    [clause(diagonal=(-1, 0))],
    [clause(diagonal=(None, 0), columns=(None, 2)), clause(rows=(6, 7))],
    [clause(diagonal=(None, 0), document="same")],
    [clause()],
]
shown = [clause_rule(clauses, 2, documents)(query, key) for clauses in cases]
print(json.dumps([["".join("01"[int(pair)] for pair in row) for row in numpy.broadcast_to(s, (6, 8))] for s in shown]))`);
    expect(found).toEqual([
      ['01100000', '00110000', '00011000', '00001100', '00000110', '00000011'],
      ['11000000', '11000000', '11000000', '11000000', '11111111', '11000000'],
      ['11100000', '00010000', '00011000', '00011100', '00011110', '00000001'],
      Array.from({ length: 6 }, () => '11111111'),
    ]);
  });
});
