import { packageTests } from './config/vitest.shared.js';

/** Packing and installing packages takes longer than a unit test. */
export default packageTests({ testTimeout: 180_000, hookTimeout: 300_000 });
