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
from sparsek_peers.attention import mask_kind
from sparsek_peers.peer import Skip

def kind(mask, **more):
    try:
        return mask_kind({"mask": mask, "keyLength": 64, **more})
    except Skip as skip:
        return [str(skip), skip.unconcerned]

masks = ["causal", "all", "sink:64", "window:16", "sink:4", {"kind": "documents", "lengths": [64]}]
print(json.dumps([*map(kind, masks), kind("window:16", sinks=True)]))`);
    expect(found).toEqual([
      ['causal', 64],
      ['dense', 64],
      ['dense', 64],
      ['window', 16],
      ['has no such mask', true],
      ['has no such mask', true],
      ['has no sink logits', true],
    ]);
  });

  it('ask FlashAttention for the same window, and take its output with or without the log-sum-exp', () => {
    const found = runPython(`
import json, sys, types
from sparsek_peers.attention import flash_call

calls = []
def flash_attn_func(q, k, v, **options):
    calls.append([q, k, v, options])
    return ("out", "lse") if options["causal"] else "out"

sys.modules["flash_attn_interface"] = types.SimpleNamespace(flash_attn_func=flash_attn_func)
for mask in ("all", "causal", "window:16"):
    calls.append(flash_call("flash_attn_interface", {"mask": mask, "keyLength": 64}, "q", "k", "v")())
print(json.dumps(calls))`);
    expect(found).toEqual([
      ['q', 'k', 'v', { causal: false }],
      'out',
      ['q', 'k', 'v', { causal: true }],
      'out',
      ['q', 'k', 'v', { causal: true, window_size: [15, 0] }],
      'out',
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
