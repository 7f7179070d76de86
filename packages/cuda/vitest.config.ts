import { packageTests } from '../../tools/config/vitest.shared.js';

export default packageTests({
  globalSetup: 'test/driver-double/build.ts',
  // The garbage collector is the safety net that the tests look at.
  execArgv: ['--conditions=@sparsek/source', '--expose-gc'],
});
