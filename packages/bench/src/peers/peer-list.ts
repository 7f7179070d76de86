import type { PeerForm } from './peer-files.js';

export interface PeerDescription {
  readonly name: string;
  readonly device: 'cpu' | 'gpu';
  readonly operation: 'spmm' | 'attention';
  /** The arrays that it reads. */
  readonly form: PeerForm;
  readonly dtypes: readonly string[];
}

const HALF = ['f16', 'bf16'];

const cpuProduct = (name: string, form: PeerForm): PeerDescription => ({
  name,
  device: 'cpu',
  operation: 'spmm',
  form,
  dtypes: ['f32'],
});

const gpuProduct = (name: string): PeerDescription => ({
  name,
  device: 'gpu',
  operation: 'spmm',
  form: 'bsr',
  dtypes: HALF,
});

const gpuAttention = (name: string, form: PeerForm = 'attention'): PeerDescription => ({
  name,
  device: 'gpu',
  operation: 'attention',
  form,
  dtypes: HALF,
});

/** The dense product that rates are compared with: one whose A has no zeros, which draw less power and run faster. */
export const DENSE_PEERS = ['cuBLAS, dense random A', 'NumPy dense'];

/** The peers that peers/serve.py knows, by its own names. */
export const PEERS: Readonly<Record<string, PeerDescription>> = {
  'numpy-dense': cpuProduct('NumPy dense', 'dense'),
  'scipy-bsr': cpuProduct('SciPy BSR', 'bsr'),
  'numpy-attention': {
    name: 'NumPy attention',
    device: 'cpu',
    operation: 'attention',
    form: 'attention',
    dtypes: ['f32'],
  },
  'torch-dense-random': gpuProduct('cuBLAS, dense random A'),
  'torch-dense': gpuProduct('cuBLAS, same A with zeros'),
  'torch-bsr': gpuProduct('PyTorch BSR'),
  'cusparse-bsr': gpuProduct('cuSPARSE BSR'),
  'cusparse-ell': gpuProduct('cuSPARSE Blocked-ELL'),
  cusparselt: gpuProduct('cuSPARSELt 2:4, another A'),
  'sdpa-cudnn': gpuAttention('cuDNN attention'),
  'sdpa-flash': gpuAttention('FlashAttention-2'),
  'flash-3': gpuAttention('FlashAttention-3'),
  'flash-4': gpuAttention('FlashAttention-4'),
  flashinfer: gpuAttention('FlashInfer'),
  'flashinfer-blocks': gpuAttention('FlashInfer, block-sparse', 'blocks'),
  xformers: gpuAttention('xFormers'),
  flex: gpuAttention('FlexAttention', 'flex'),
  'flex-64': gpuAttention('FlexAttention, blocks of 64', 'flex-64'),
};

export const PEER_NAMES: readonly string[] = Object.values(PEERS).map(({ name }) => name);
