/** An error that a person at the terminal can do something about. `remedy` says what to do next. */
export class CliError extends Error {
  readonly remedy: string;

  constructor(message: string, remedy: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'CliError';
    this.remedy = remedy;
  }
}
