import { findPython } from '../python.ts';

/**
 * The Python that can run the job; undefined, with a word on it, where there is none. In CI there has to be one: what
 * isn't run there is run nowhere.
 */
export async function pythonForTests(): Promise<string | undefined> {
  try {
    return await findPython(process.env);
  } catch (error) {
    if (process.env.CI) throw error;
    console.warn(`The trainer yolov8 isn't tested: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}
