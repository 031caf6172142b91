import { execFile } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Of `services/training/jobs/train-yolov8/install.sh`; Debian's `python3-torch` belongs to Debian's own Python. */
const PYTHONS = [join(homedir(), '.cache', 'assay', 'train-yolov8', 'bin', 'python'), 'python3', '/usr/bin/python3'];

/** A Python that has the modules; where none is found undefined, which is said. `ASSAY_PYTHON` names another one. */
export async function findPython(modules: readonly string[], say: (line: string) => void): Promise<string | undefined> {
  const named = process.env.ASSAY_PYTHON;
  const candidates = named === undefined ? PYTHONS : [named];
  for (const python of candidates) if (await hasAll(python, modules)) return python;
  say(
    `no comparison: none of ${candidates.join(', ')} has ${modules.join(' and ')} (ASSAY_PYTHON names another Python)`,
  );
  return undefined;
}

/** Looked for, not imported: that would take seconds. */
function hasAll(python: string, modules: readonly string[]): Promise<boolean> {
  const missing = modules.map((name) => `find_spec(${JSON.stringify(name)}) is None`).join(' or ');
  const program = `from importlib.util import find_spec\nraise SystemExit(${missing})`;
  return promisify(execFile)(python, ['-c', program]).then(
    () => true,
    () => false,
  );
}
