import { execFile } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What the job imports, besides Python's own. */
const MODULES = ['torch', 'torchvision', 'ultralytics', 'onnx', 'cv2'];

/**
 * Finds a Python that has what the job imports.
 *
 * @throws Error saying how to get one
 */
export async function findPython(environment: NodeJS.ProcessEnv): Promise<string> {
  const python = await pythonWith(MODULES, environment);
  if (python !== undefined) return python;
  throw new Error(
    `no Python with Ultralytics was found (tried ${candidatesOf(environment).join(', ')}), which the trainer yolov8 needs. ` +
      'Run `sh services/training/jobs/train-yolov8/install.sh`, or set ASSAY_PYTHON to a Python that has the packages of ' +
      'its requirements.txt, torch and torchvision, and start again; or train with Trainer=embedded, which needs none.',
  );
}

/** A Python that has these modules: that of `ASSAY_PYTHON`, else of the environment that `install.sh` makes, else of the path. */
export async function pythonWith(
  modules: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  for (const python of candidatesOf(environment)) if (await hasAll(python, modules, environment)) return python;
  return undefined;
}

function candidatesOf({ ASSAY_PYTHON: named, XDG_CACHE_HOME: cache = join(homedir(), '.cache') }: NodeJS.ProcessEnv) {
  return named ? [named] : [join(cache, 'assay', 'train-yolov8', 'bin', 'python'), 'python3'];
}

/** Modules are looked for, not imported: that would take seconds. A Python that isn't there has none. */
async function hasAll(python: string, modules: readonly string[], environment: NodeJS.ProcessEnv): Promise<boolean> {
  const names = JSON.stringify(modules);
  const program = `from importlib.util import find_spec\nraise SystemExit(any(find_spec(name) is None for name in ${names}))`;
  return run(python, ['-c', program], { env: environment }).then(
    () => true,
    () => false,
  );
}
