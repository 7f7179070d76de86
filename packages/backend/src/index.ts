export { backendFor, type CallOptions, planOptions } from './call.js';
export type { BackendChoice, BackendExplanation } from './choose.js';
export { type Given, given } from './given.js';
export { explainBackends, openBackend, resolveBackend, sharedBackend } from './open-backend.js';
export type { BackendOptions } from './provider.js';
