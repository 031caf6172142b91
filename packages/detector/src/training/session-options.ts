import type { InferenceSession } from 'onnxruntime-node';

/** One thread a session: parallelism comes from the workers. Warnings about unused initializers are not for people. */
export const sessionOptions: InferenceSession.SessionOptions = {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  graphOptimizationLevel: 'all',
  logSeverityLevel: 3,
};
