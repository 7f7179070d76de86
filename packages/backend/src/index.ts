export type { BackendChoice, BackendExplanation } from './choose.js';
export { explainBackends, openBackend, resolveBackend, sharedBackend } from './open-backend.js';
export type { BackendOptions } from './provider.js';
