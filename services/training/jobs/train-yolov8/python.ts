import { execFile } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Looked for, not imported: that would take seconds. */
const HAS_ALL = `
from importlib.util import find_spec
raise SystemExit(any(find_spec(name) is None for name in ("torch", "torchvision", "ultralytics", "onnx", "cv2")))`;

/**
 * Finds a Python that has what the job imports: the one of `ASSAY_PYTHON`, else the environment that `install.sh` makes,
 * else the `python3` of the path.
 *
 * @throws Error saying how to get one
 */
export async function findPython(environment: NodeJS.ProcessEnv): Promise<string> {
  const cache = environment.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  const candidates = environment.ASSAY_PYTHON
    ? [environment.ASSAY_PYTHON]
    : [join(cache, 'assay', 'train-yolov8', 'bin', 'python'), 'python3'];
  for (const python of candidates) if (await hasAll(python, environment)) return python;
  throw new Error(
    `no Python with Ultralytics was found (tried ${candidates.join(', ')}), which the trainer yolov8 needs. ` +
      'Run `sh services/training/jobs/train-yolov8/install.sh`, or set ASSAY_PYTHON to a Python that has the packages of ' +
      'its requirements.txt, torch and torchvision, and start again; or train with Trainer=embedded, which needs none.',
  );
}

/** A Python that isn't there has nothing. */
async function hasAll(python: string, environment: NodeJS.ProcessEnv): Promise<boolean> {
  return run(python, ['-c', HAS_ALL], { env: environment }).then(
    () => true,
    () => false,
  );
}
