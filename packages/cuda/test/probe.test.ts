import { InvalidArgumentError, UnsupportedOperationError } from '@sparsek/types';
import { describe, expect, it } from 'vitest';
import { launchProbe, openDevice } from '../src/index.js';
import { useDriverDouble } from './driver-double/use.js';

const double = useDriverDouble({ 'probe.cubin': '* 192' });

const MIB = 2 ** 20;

describe('launchProbe', () => {
  it('gives one kernel to the stream and says what it does', () => {
    using device = openDevice();
    const operands = { source: device.allocate(MIB), target: device.allocate(2 * MIB), passes: 3 };
    expect(launchProbe(device, 'read', operands)).toEqual({ bytes: 3 * MIB, flops: 0 });
    expect(launchProbe(device, 'bulk-read', operands)).toEqual({ bytes: 3 * MIB, flops: 0 });
    expect(launchProbe(device, 'tensor-read', operands)).toEqual({ bytes: 3 * MIB, flops: 0 });
    // Rows of 64 elements of 16 bits, as one matrix of three dimensions.
    expect(double.calls('cuTensorMapEncodeTiled')).toEqual(['cuTensorMapEncodeTiled 6 3']);
    expect(launchProbe(device, 'copy', operands)).toEqual({ bytes: 6 * MIB, flops: 0 });
    // Three pairs of tiles, two warpgroups of 64 x 256 x 64 in every thread block, one a multiprocessor.
    const flops = 3 * 2 * (2 * 64 * 256 * 64) * 3 * device.info.multiprocessors;
    const shapes = ['', '-n128', '-n64', '-n32', '-n16', '-registers', '-registers-n64'] as const;
    for (const shape of shapes) {
      expect(launchProbe(device, `multiply-f16${shape}`, operands)).toEqual({ bytes: 0, flops });
    }
    const kernels = double.calls('cuLaunchKernelEx').map((line) => line.split(' ')[1]);
    expect(kernels).toEqual(
      ['read', 'bulk_read', 'tensor_read', 'copy', ...shapes.map((shape) => `multiply_f16${shape}`)].map(
        (name) => `sparsek_probe_${name.replaceAll('-', '_')}`,
      ),
    );
  });

  it('refuses operands of another size before anything runs', () => {
    using device = openDevice();
    const [source, target] = [device.allocate(MIB), device.allocate(4 * MIB)];
    const wrong = [
      { source: device.allocate(MIB + 16), target, passes: 1 },
      { source: device.allocate(0), target, passes: 1 },
      { source, target: device.allocate(16), passes: 1 },
      { source, target, passes: 0 },
      { source, target, passes: 1.5 },
    ];
    for (const operands of wrong) {
      expect(() => launchProbe(device, 'read', operands)).toThrow(InvalidArgumentError);
    }
    const large = { source: device.allocate(8 * MIB), target, passes: 1 };
    expect(() => launchProbe(device, 'copy', large)).toThrow(/Expected at least 8388608 bytes for target/);
    expect(double.calls('cuLaunchKernelEx')).toEqual([]);
  });

  it('refuses GPUs that lack the instructions', () => {
    double.set({ CAPABILITY: 80 });
    using device = openDevice();
    const operands = { source: device.allocate(MIB), target: device.allocate(2 * MIB), passes: 1 };
    expect(() => launchProbe(device, 'read', operands)).toThrow(UnsupportedOperationError);
  });
});
