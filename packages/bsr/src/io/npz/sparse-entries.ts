import { invalid, type Place, unsupported } from '../bytes/place.js';
import type { EntrySource } from '../bytes/stream-source.js';
import { type ElementType, elementType, isInteger } from '../npy/element-type.js';
import { readInt32, readNumbers } from '../npy/elements.js';
import { type NpyHeader, readNpyHeader } from '../npy/header.js';
import { checkSize } from '../npy/read-npy.js';
import type { Archive } from './archive.js';

/** An array of an archive whose header has been read and whose size is known to fit. */
export interface OpenArray {
  readonly place: Place;
  readonly source: EntrySource;
  readonly header: NpyHeader;
  readonly type: ElementType;
}

/** Longest text entry that is read. */
const LONGEST_TEXT = 64;

export async function openArray(archive: Archive, name: string): Promise<OpenArray> {
  const place = { path: archive.path, part: name };
  const source = await archive.open(name);
  if (source === undefined) {
    throw invalid(
      place,
      `is missing; the archive holds ${archive.names.slice(0, 10).join(', ') || 'nothing'}`,
    );
  }
  const header = await readNpyHeader(source, place);
  const type = elementType(header.descr, place);
  checkSize(source, header, type.bytes, place);
  return { place, source, header, type };
}

/** Reads a scalar text (`bytes` or `str` of Python); undefined when the archive has none of that name. */
export async function readText(archive: Archive, name: string): Promise<string | undefined> {
  const place = { path: archive.path, part: name };
  const source = await archive.open(name);
  if (source === undefined) return undefined;
  const header = await readNpyHeader(source, place);
  const parts = /^([<>|])([SU])(\d{1,3})$/.exec(header.descr);
  const length = Number(parts?.[3]);
  if (parts === null || header.count !== 1 || length > LONGEST_TEXT) {
    throw invalid(
      place,
      `holds ${header.descr} of shape (${header.shape.join(', ')}); one short text is expected`,
    );
  }
  const wide = parts[2] === 'U';
  checkSize(source, header, wide ? 4 * length : length, place);
  const bytes = Buffer.alloc(wide ? 4 * length : length);
  await source.readInto(bytes);
  if (wide && parts[1] === '>') bytes.swap32();
  const codes = wide ? Array.from({ length }, (_, i) => bytes.readUInt32LE(4 * i)) : [...bytes];
  if (codes.some((code) => code > 0x7f)) throw invalid(place, 'holds a text that is not ASCII');
  return String.fromCharCode(...codes).replace(/\0+$/, '');
}

/** Reads the two extents of a matrix. */
export async function readExtents(archive: Archive, name: string): Promise<[number, number]> {
  const array = await openArray(archive, name);
  const { place, header } = array;
  if (header.shape.length !== 1) throw invalid(place, `has ${header.shape.length} axes; a list is expected`);
  if (header.count !== 2) throw unsupported(place, `names ${header.count} axes; matrices with two are read`);
  if (!isInteger(array.type.kind))
    throw invalid(place, `holds elements of type ${array.type.kind}, not integers`);
  const [rows, columns] = await readNumbers(array.source, array.type, 2);
  if (isExtent(rows) && isExtent(columns)) return [rows, columns];
  throw invalid(place, `holds the extents ${rows} x ${columns}; integers from 0 to 2^53 - 1 are expected`);
}

function isExtent(extent: number | undefined): extent is number {
  return Number.isSafeInteger(extent) && extent! >= 0;
}

/** Reads a list of indices. */
export async function readIndices({ source, type, header, place }: OpenArray): Promise<Int32Array> {
  return readInt32(source, type, header.count, place);
}
