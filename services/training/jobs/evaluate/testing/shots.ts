import { createHash } from 'node:crypto';
import type { ArchiveEntry } from '@assay/dataset';
import { seededRandom } from '@assay/vision';
import sharp from 'sharp';

/** A coloured cell in a photograph. */
export interface Mark {
  /** 0 is red, 1 blue. */
  readonly classId: 0 | 1;
  /** Which of the sixteen. */
  readonly cell: number;
  /** 0 to 255: how sure `tinyModel` is of it. */
  readonly brightness: number;
  /** Whether somebody labelled it as a defect; else it is dirt that looks like one. */
  readonly isDefect: boolean;
  /** 0 to 255; what `readsGreen` reads. */
  readonly green?: number;
}

/** A photograph of a part. */
export interface Shot {
  readonly id: string;
  readonly group: string;
  readonly marks: readonly Mark[];
  /** Its label file, where that isn't what the marks say. */
  readonly labels?: string;
  /** The id of the shot whose file this is a copy of; its own where it isn't given. */
  readonly bytesOf?: string;
  /** The seed of a texture, by which photographs are told apart; without one it is small, and has one of its own. */
  readonly texture?: number;
  /** Has no texture: nothing tells it from others with the same marks. */
  readonly isPlain?: boolean;
  /** The file shows it from left to right; its labels don't. */
  readonly isMirrored?: boolean;
}

/** What a photograph shows. */
type Shown = Pick<Shot, 'id' | 'bytesOf' | 'marks' | 'texture' | 'isPlain' | 'isMirrored'>;

const GRID = 4;
/** Of most pictures: the network's own, so that nothing is scaled. */
const SIDE = 32;
/** Of one whose texture is given: usual pictures are compared otherwise than small ones. */
const TEXTURED_SIDE = 192;

/**
 * Parts `<split>-<number>`, one photograph each: two in three have a bright defect, of either class in turn.
 *
 * @param marks what a defective part shows, where that isn't just its defect
 */
export function parts(
  split: string,
  count: number,
  marks: (defect: Mark, part: number) => readonly Mark[] = (defect) => [defect],
): Shot[] {
  const random = seededRandom(seedOf(split));
  return Array.from({ length: count }, (_, part) => {
    const id = `${split}-${String(part).padStart(3, '0')}`;
    const defect: Mark = {
      classId: part % 2 === 0 ? 0 : 1,
      cell: Math.floor(16 * random()),
      brightness: 180 + Math.floor(60 * random()),
      isDefect: true,
    };
    return { id, group: `part-${id}`, marks: part % 3 === 2 ? [] : marks(defect, part) };
  });
}

/** Dirt in another cell that looks like a defect of the same class. */
export function dirtBeside({ classId, cell }: Mark, brightness: number): Mark {
  return { classId, cell: (cell + 8) % (GRID * GRID), brightness, isDefect: false, green: 0 };
}

/** The files of a channel's archive. */
export async function channelFiles(
  shots: readonly Shot[],
  data: { readonly names: readonly string[]; readonly snapshot: { uri: string; sha256: string } },
): Promise<ArchiveEntry[]> {
  const groups = Object.fromEntries(shots.map(({ id, group }) => [id, group]));
  const entries: ArchiveEntry[] = [{ name: 'data.json', bytes: Buffer.from(JSON.stringify({ ...data, groups })) }];
  for (const shot of shots) entries.push({ name: `images/${shot.id}.png`, bytes: await photograph(shot) });
  for (const { id, marks, labels } of shots)
    entries.push({ name: `labels/${id}.txt`, bytes: Buffer.from(labels ?? labelsOf(marks)) });
  return entries;
}

/** The network's input for a shot whose texture isn't given: [3, 32, 32]. */
export function planesOf(shot: Shown): Uint8Array {
  return planes(shot, SIDE);
}

/** Encoded once: the same parts are in many scenarios. */
const photographs = new Map<string, Promise<Uint8Array>>();

function photograph({ id, bytesOf = id, ...shown }: Shown): Promise<Uint8Array> {
  const { marks, texture, isPlain, isMirrored } = shown;
  const key = JSON.stringify([bytesOf, marks, texture, isPlain, isMirrored]);
  const taken = photographs.get(key) ?? encode({ ...shown, id: bytesOf });
  photographs.set(key, taken);
  return taken;
}

/** No two files are the same to the byte, as no two photographs are. */
async function encode(shown: Shown): Promise<Uint8Array> {
  const side = shown.texture === undefined ? SIDE : TEXTURED_SIDE;
  const drawn = planes(shown, side);
  const area = side * side;
  const rgb = Uint8Array.from({ length: 3 * area }, (_, i) => drawn[(i % 3) * area + Math.floor(i / 3)] ?? 0);
  return sharp(rgb, { raw: { width: side, height: side, channels: 3 } })
    .flop(shown.isMirrored ?? false)
    .withExif({ IFD0: { ImageDescription: shown.id } })
    .png()
    .toBuffer();
}

/** The texture is green, and none is in the marks: by the other channels the detectors tell what is a defect. */
function planes({ id, bytesOf = id, marks, texture, isPlain = false }: Shown, side: number): Uint8Array {
  const drawn = new Uint8Array(3 * side * side);
  const random = seededRandom(texture ?? seedOf(bytesOf));
  if (!isPlain) for (let i = side * side; i < 2 * side * side; i++) drawn[i] = 255 * random();
  const length = side / GRID;
  for (const { classId, cell, brightness, green = 0 } of marks)
    for (let y = 0; y < length; y++)
      for (let x = 0; x < length; x++) {
        const at = (Math.floor(cell / GRID) * length + y) * side + (cell % GRID) * length + x;
        drawn[(classId === 0 ? 0 : 2 * side * side) + at] = brightness;
        drawn[side * side + at] = green;
      }
  return drawn;
}

function labelsOf(marks: readonly Mark[]): string {
  return marks
    .filter(({ isDefect }) => isDefect)
    .map(
      ({ classId, cell }) =>
        `${classId} ${((cell % GRID) + 0.5) / GRID} ${(Math.floor(cell / GRID) + 0.5) / GRID} 0.25 0.25\n`,
    )
    .join('');
}

const seedOf = (name: string): number => createHash('sha256').update(name).digest().readUInt32LE();
