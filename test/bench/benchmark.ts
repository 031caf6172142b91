/** How a benchmark is asked to run. */
export interface Form {
  /** Small, to see that it runs and that its results are right; its numbers mean little. */
  short: boolean;
  seed: number;
  /** Number of images, where one was asked for. */
  images?: number;
  say(line: string): void;
}

export interface Section {
  title: string;
  headings: string[];
  rows: (string | number)[][];
}

export interface Result {
  sections: Section[];
  notes: string[];
  /** Drawings, by file name. */
  figures?: Record<string, string>;
}

/** Measures something, and throws when what it measured went wrong (an event lost); never because of a time. */
export interface Benchmark {
  name: string;
  /** What the numbers say, in a sentence. */
  title: string;
  run(form: Form): Promise<Result>;
}
