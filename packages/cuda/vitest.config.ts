import { packageTests } from '../../tools/config/vitest.shared.js';

export default packageTests({ globalSetup: 'test/driver-double/build.ts' });
