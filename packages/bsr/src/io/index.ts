export { type ByteSink, writeAtomically } from './bytes/atomic-write.js';
export {
  loadedToBsr,
  loadedToCoo,
  loadedToCsr,
  loadedToDense,
  loadedToPattern,
  patternToBsr,
} from './convert-loaded.js';
export { type FileFormat, type FileName, parseFileName } from './file-name.js';
export type { Kinded, LoadedMatrix, SparseMatrix } from './loaded.js';
export { type MtxMatrix, readMtx } from './mtx/read-mtx.js';
export { writeMtx, writeMtxArray, writeMtxPattern } from './mtx/write-mtx.js';
export { type IntegerArray, readNpy, readNpyIntegers, readNpyTensor } from './npy/read-npy.js';
export { writeNpy, writeNpyTensor } from './npy/write-npy.js';
export { type NpzMatrix, readNpz } from './npz/read-npz.js';
export { writeNpz } from './npz/write-npz.js';
export type { ReadMatrixOptions, ReadOptions, WriteOptions } from './options.js';
export { DEFAULT_BLOCK_SHAPE, readBsr, readDense, readMatrix, toBsr } from './read-matrix.js';
export {
  listSafetensors,
  readSafetensors,
  readSafetensorsTensor,
  type SafetensorsInfo,
} from './safetensors/read-safetensors.js';
export { writeSafetensors, writeSafetensorsFile } from './safetensors/write-safetensors.js';
export { readSmtx } from './smtx/read-smtx.js';
export { writeSmtx } from './smtx/write-smtx.js';
export type { Tensor } from './tensor.js';
export { readTensor, writeTensor } from './tensor-file.js';
export { type WritableMatrix, writeMatrix } from './write-matrix.js';
