import type { Profiler } from 'node:inspector';
import { repositoryRoot } from '../../../packages/cli/src/platform/repository.ts';

export interface ProfileRow {
  name: string;
  /** Milliseconds on the main thread. */
  self: number;
}

export interface ProfileSummary {
  /** Of the main thread, in milliseconds. */
  busy: number;
  idle: number;
  /** Self time by room: a folder of the embedded AWS, a package, Node itself, garbage collection. */
  rooms: ProfileRow[];
  /** The functions with the most self time. */
  functions: ProfileRow[];
}

/** Sums a profile's samples up by function and by room, largest first. */
export function summarise(profile: Profiler.Profile, most = 15): ProfileSummary {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const rooms = new Map<string, number>();
  const functions = new Map<string, number>();
  let [busy, idle] = [0, 0];
  for (const [index, id] of (profile.samples ?? []).entries()) {
    const frame = nodes.get(id)?.callFrame;
    const milliseconds = (profile.timeDeltas?.[index] ?? 0) / 1000;
    if (!frame) continue;
    if (frame.functionName === '(idle)') {
      idle += milliseconds;
      continue;
    }
    busy += milliseconds;
    const room = roomOf(frame.url, frame.functionName);
    rooms.set(room, (rooms.get(room) ?? 0) + milliseconds);
    const name = frame.url === '' ? frame.functionName : `${room}: ${frame.functionName || '(anonymous)'}`;
    functions.set(name, (functions.get(name) ?? 0) + milliseconds);
  }
  return { busy, idle, rooms: largest(rooms, most), functions: largest(functions, most) };
}

const largest = (sums: Map<string, number>, most: number): ProfileRow[] =>
  [...sums]
    .map(([name, self]) => ({ name, self }))
    .toSorted((a, b) => b.self - a.self)
    .slice(0, most);

/** `local-aws/s3`, `@smithy/core`, `node:fs`, `(garbage collector)`. */
function roomOf(url: string, functionName: string): string {
  if (url === '') return functionName.startsWith('(') ? functionName : 'native code';
  if (url.startsWith('node:')) return url.replace('node:internal/', 'node:').split('/')[0] ?? url;
  const path = url.replace('file://', '').replace(`${repositoryRoot}/`, '');
  const installed = /node_modules\/(?!.*node_modules\/)((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1];
  if (installed) return installed;
  return /^packages\/local-aws\/src\/([^/]+)/.exec(path)?.[1]?.replace(/^/, 'local-aws/') ?? path;
}
