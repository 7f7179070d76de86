export * from './backend.js';
//# sourceMappingURL=index.d.ts.map