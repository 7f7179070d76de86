import { RECORD } from './gpu.mjs';
import { suitesTable } from './gpu-suites.mjs';
import { table } from './markdown.mjs';

const SUITES = ['attention', 'attention-long'];

export const ATTENTION_PEER_TABLES = {
  'attention-peers': {
    record: RECORD,
    draw: (evidence) => suitesTable(evidence, SUITES, { peers: isShown }),
  },
  'attention-peer-versions': { record: RECORD, draw: versionsTable },
};

/** FlashAttention-2 is there for other GPUs: on Hopper its users have cuDNN or FlashAttention-3. */
const isShown = (name) => name !== 'FlashAttention-2';

/** What ran, what was left out of how many cases with which reason, and what could not be imported. */
function versionsTable({ benchmarks }) {
  const found = new Map();
  const missing = new Map();
  for (const { report } of benchmarks.filter(({ suite }) => SUITES.includes(suite))) {
    for (const { name, reason } of report?.missingPeers ?? []) missing.set(name, reason);
    for (const { contestants } of report?.results ?? []) {
      for (const { name, version, timing, skipped } of contestants) {
        const entry = found.get(name) ?? { version, timed: 0, reasons: new Map() };
        found.set(name, entry);
        if (timing) entry.timed++;
        else entry.reasons.set(skipped, (entry.reasons.get(skipped) ?? 0) + 1);
      }
    }
  }
  const rows = [...found].map(([name, { version, timed, reasons }]) => [
    name,
    // All of them name the same PyTorch and GPU.
    version.split(', ', 1)[0],
    `${timed}`,
    [...reasons].map(([reason, count]) => `${count}: ${reason}`).join('; ') || '-',
  ]);
  for (const [name, reason] of missing) rows.push([name, '-', '0', reason]);
  if (rows.length === 0) return 'Not recorded yet.';
  return table(['contestant', 'version', 'cases timed', 'skipped, with the reason'], rows);
}
