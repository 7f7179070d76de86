import { suitesTable } from './gpu.mjs';
import { table } from './markdown.mjs';

/** A run with libraries that PyTorch's image lacks, built from source for it. */
const RECORD = 'attention-peers';

export const ATTENTION_PEER_TABLES = {
  'attention-peers': {
    record: RECORD,
    draw: (evidence) => suitesTable(evidence, ['attention', 'attention-long'], { peers: isShown }),
  },
  'attention-peer-versions': { record: RECORD, draw: versionsTable },
};

/** FlashAttention-2 is there for other GPUs: on Hopper its users have cuDNN or FlashAttention-3. */
const isShown = (name) => name !== 'FlashAttention-2';

/** What ran, and what was left out of how many cases with which reason. */
function versionsTable({ benchmarks }) {
  const found = new Map();
  for (const { report } of benchmarks) {
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
  return table(['contestant', 'version', 'cases timed', 'skipped, with the reason'], rows);
}
