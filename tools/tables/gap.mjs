import { formatMs } from '@sparsek/bench';
import { table } from './markdown.mjs';

/** Tables and texts of docs/gap.md, from a run of tools/gap. */
export const GAP_TABLES = Object.fromEntries(
  Object.entries({
    'gap-machine': machine,
    'gap-operations': operations,
    'gap-malformed': malformed,
    'gap-products': products,
    'gap-structured': structured,
    'gap-masks': masks,
    'gap-beliefs': beliefs,
    'gap-request': request,
  }).map(([name, draw]) => [name, { record: 'gap', draw }]),
);

const section = ({ results }, name) => results.filter((result) => result.section === name);

function answer(record, name, label) {
  const found = section(record, name).find(({ probe }) => probe === label);
  if (found === undefined) throw new Error(`Expected an answer to "${label}" (${name}) in the recorded run`);
  return found;
}

/** Cells must not end a table's cell, and a message of PyTorch may hold anything. */
const cell = (text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** The first sentence of a message, without the name of the error class; enough to search for. */
function complaint({ detail }) {
  const message = detail
    .replace(/^\w+: /, '')
    .replace(/ at "[^"]*":\d+, please report a bug to PyTorch\./, '')
    .replace(/\. This could be because .*/, '');
  return message === '' ? '' : cell(message);
}

function machine({ versions, results }) {
  const { device, torch, cuda, triton } = versions;
  const { version } = results.find(({ probe }) => probe.endsWith('cuSPARSE BSR')) ?? {};
  const days = [...new Set(results.map(({ date }) => date.slice(0, 10)))].join(' and ');
  return (
    `\`python3 tools/gap/run.py\` on one ${device}, PyTorch ${torch}, CUDA ${cuda}, Triton ${triton}, ` +
    `cuSPARSE ${version}; ${days}.`
  );
}

function operations(record) {
  const rows = section(record, 'PyTorch BSR').map((result) => [
    cell(result.probe),
    result.outcome,
    complaint(result),
  ]);
  return table(['operation', 'outcome', 'what PyTorch says'], rows);
}

function malformed(record) {
  const rows = section(record, 'malformed BSR').map((result) => {
    const [broken, consumer] = result.probe.split(': ');
    const checked = answer(record, 'malformed BSR, checked', `${result.probe} (checked)`);
    return [broken, consumer, result.outcome, complaint(result), checked.outcome, complaint(checked)];
  });
  return table(
    ['structure', 'then', 'outcome', 'what happens', 'with `check_invariants=True`', 'what happens'],
    rows,
  );
}

const PRODUCTS = ['cuSPARSE BSR', 'cuSPARSE Blocked-ELL', 'PyTorch BSR'];
const SIZES = [4096, 8192];
const BLOCKS = [16, 32, 64, 128];

const product = (record, size, block, name) =>
  answer(record, 'block-sparse products', `${size} cubed, block ${block}, ${name}`);
const dense = (record, size) => answer(record, 'block-sparse products', `${size} cubed, dense`);

/** `10.0 ms (0.15x)`, or why there is no time. */
function timeAgainst(baseline, result) {
  if (result.outcome !== 'works') return result.outcome;
  return `${formatMs(result.ms)}, ${result.usefulTflops.toPrecision(3)} TFLOP/s, ${ratio(baseline, result)}`;
}

const ratio = (baseline, { ms }) => `${(baseline.ms / ms).toFixed(2)}x`;

function products(record) {
  const rows = SIZES.flatMap((size) =>
    BLOCKS.map((block) => {
      const baseline = dense(record, size);
      return [
        `${size} cubed, block ${block}`,
        `${formatMs(baseline.ms)}, ${baseline.tflops.toPrecision(3)} TFLOP/s`,
        ...PRODUCTS.map((name) => timeAgainst(baseline, product(record, size, block, name))),
      ];
    }),
  );
  return table(['product, 12.5 % of the blocks', 'cuBLAS, dense', ...PRODUCTS], rows);
}

const against = (denseMs, ms) => `${(denseMs / ms).toFixed(2)}x`;

function structured(record) {
  const rows = section(record, '2:4 against dense')
    .filter(({ probe }) => probe.endsWith('cuSPARSELt'))
    .map((result) => {
      const { denseMs, calledMs, searchedMs, replayedMs } = result;
      if (result.outcome !== 'works') return [result.probe, result.outcome, '', '', '', '', ''];
      return [
        `${result.arguments.size} cubed`,
        ...[denseMs, calledMs, searchedMs, replayedMs].map(formatMs),
        against(denseMs, calledMs),
        against(denseMs, replayedMs),
      ];
    });
  const cutlass = answer(record, '2:4 against dense', '8192 cubed, CUTLASS');
  const head = [
    'product',
    'cuBLAS, dense',
    '2:4',
    '2:4, searched',
    '2:4, replayed',
    'speed of 2:4',
    'replayed',
  ];
  return `${table(head, rows)}\n\nPyTorch's other kernels for 2:4, from CUTLASS: ${cutlass.outcome} (${complaint(cutlass)}).`;
}

const mebibytes = (bytes) => `${Math.round(bytes / 2 ** 20)} MiB`;

function masks(record) {
  const own = section(record, 'FlexAttention mask memory');
  const lengths = [...new Set(own.map(({ arguments: { length } }) => length))].sort((a, b) => a - b);
  const peak = (length, heads, compiled) => {
    const found = own.find(
      ({ arguments: it }) => it.length === length && it.heads === heads && it.compiled === compiled,
    );
    if (found === undefined) return ['', ''];
    return found.outcome === 'works'
      ? [mebibytes(found.peakBytes), mebibytes(found.keptBytes)]
      : [found.outcome, ''];
  };
  const rows = lengths.map((length) => {
    const [plain] = peak(length, 1, false);
    return [`${length}`, plain, ...peak(length, 1, true), ...peak(length, 32, true)];
  });
  const head = ['tokens', 'plain, peak', 'compiled, peak', 'kept', '32 heads, compiled, peak', 'kept'];
  return table(head, rows);
}

/** Lowest and highest of some figures, such as "13.0 to 14.0". */
function range(numbers) {
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)].map((value) => value.toPrecision(3));
  return low === high ? low : `${low} to ${high}`;
}

const rates = (record, name) =>
  SIZES.flatMap((size) => BLOCKS.map((block) => product(record, size, block, name).usefulTflops));

const count = (results, outcome) => results.filter((result) => result.outcome === outcome).length;

function beliefs(record) {
  const asked = section(record, 'PyTorch BSR');
  const [bsr, ell, torch] = PRODUCTS.map((name) => range(rates(record, name)));
  const checks = section(record, 'malformed BSR, checked');
  const rows = [
    [
      'cuSPARSE has only old interfaces for blocks',
      `Wrong: its generic interface has BSR and Blocked-ELL. Right in effect for BSR: ${bsr} TFLOP/s whatever the ` +
        `block. Blocked-ELL reaches ${ell} and needs square blocks and rows of equal length.`,
    ],
    [
      'CUTLASS has 2:4 sparsity only',
      'Wrong: example 43 (`43_ell_block_sparse_gemm`, since version 2.11) multiplies Blocked-ELL, with kernels for ' +
        'Ampere. What it lacks is BSR, and block-sparse kernels for Hopper. Not measured here.',
    ],
    [
      "PyTorch's BSR tensors hardly work",
      `Half true: sparse @ dense, linear layers and most element-wise operations work (${count(asked, 'works')} of ` +
        `${asked.length} questions), and the product reaches ${torch} TFLOP/s. Every other product fails: from the ` +
        'right, of the transpose, of two sparse matrices, sampled, batched, with oblong blocks; and so does the ' +
        'gradient with respect to the dense operand, so that no layer before a block-sparse one can be trained.',
    ],
    [
      'PyTorch can be asked to check what it is given',
      `On the CPU, where all of these are refused with an error (PyTorch 2.13.0, another run). On the GPU ` +
        `${count(checks, 'crashes')} of ${checks.length} checks of bad input end in a device-side assert, after ` +
        'which the process cannot use the GPU any more.',
    ],
    ["FlexAttention's masks take memory in proportion to what is visible", flexBelief(record)],
    ['2:4 sparsity doubles the speed', structuredBelief(record)],
  ];
  return table(['earlier belief', 'what was found'], rows);
}

function flexBelief(record) {
  const mask = (label) => answer(record, 'FlexAttention mask memory', label);
  const refused = mask('131072 tokens, 1 head, plain');
  const last = mask('65536 tokens, 1 head, plain');
  const [long, heads] = ['1048576 tokens, 1 head, compiled', '131072 tokens, 32 heads, compiled'].map(mask);
  return (
    `Wrong: built plainly a mask takes ${mebibytes(last.peakBytes)} at 65536 tokens, and at 131072 the answer is ` +
    `"${refused.outcome}". Built by a compiled function it takes ${mebibytes(long.peakBytes)} for a million tokens ` +
    `and keeps ${mebibytes(long.keptBytes)}, for a window that two numbers describe; with 32 heads, ` +
    `${mebibytes(heads.keptBytes)} at 131072 tokens. Tables of blocks grow with the square of the length.`
  );
}

function structuredBelief(record) {
  const own = section(record, '2:4 against dense').filter(({ outcome }) => outcome === 'works');
  const called = own.map(
    ({ arguments: { size }, denseMs, calledMs }) => `${against(denseMs, calledMs)} at ${size}`,
  );
  const replayed = range(own.map(({ denseMs, replayedMs }) => denseMs / replayedMs));
  const [{ calledMs, replayedMs }] = own;
  return (
    `Not here: ${called.join(', ')} as one calls it, ${replayed} times as fast from a CUDA graph. A call takes ` +
    `${formatMs(calledMs)} even for the smallest product, of which the device needs ${formatMs(replayedMs)}.`
  );
}

function request(record) {
  const baseline = dense(record, 8192);
  const at = (name, block) => product(record, 8192, block, name);
  const bsr = at('cuSPARSE BSR', 128);
  const ell = at('cuSPARSE Blocked-ELL', 128);
  const torch = at('PyTorch BSR', 128);
  const small = at('PyTorch BSR', 16);
  const long = answer(record, 'FlexAttention mask memory', '1048576 tokens, 1 head, compiled');
  const quote = (text) =>
    text
      .split('\n')
      .map((line) => `> ${line}`.trimEnd())
      .join('\n');
  return quote(`**Block-sparse products on Hopper's tensor cores**

An 8192 cubed float16 product with one block in eight stored needs an eighth of the work of the dense one. On an H200
the dense one takes ${formatMs(baseline.ms)}; with blocks of 128 cuSPARSE's BSR product takes ${formatMs(bsr.ms)} (${ratio(baseline, bsr)} of the dense
speed), Blocked-ELL ${formatMs(ell.ms)} (${ratio(baseline, ell)}), PyTorch's BSR product ${formatMs(torch.ms)} (${ratio(baseline, torch)}; with blocks of 16 ${ratio(baseline, small)}).

Asked for:
1. cuSPARSE: BSR products on tensor cores (\`CUSPARSE_SPMM_BSR_ALG1\` runs at ${range(rates(record, 'cuSPARSE BSR'))} TFLOP/s at every block size).
2. PyTorch: the product from the right and of the transpose, without which there is no gradient with respect to
   the input; sampled products; batches; oblong blocks in place of an internal assert.
3. PyTorch: checks of indices on the GPU that raise an error, rather than a device-side assert that ends the use
   of the GPU; and an error rather than an illegal access where nothing is checked.
4. FlexAttention: block masks as lists of stored blocks, or as rules, in place of tables of all block pairs
   (${mebibytes(long.keptBytes)} kept for one window over a million tokens).`);
}
