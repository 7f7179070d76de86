/**
 * Free memory of the machine in bytes. 0 in a browser, which does not tell: this package imports nothing of Node's, so
 * that it can be bundled for one.
 */
export function freeMemory(): number {
  return globalThis.process?.getBuiltinModule?.('node:os').freemem() ?? 0;
}
