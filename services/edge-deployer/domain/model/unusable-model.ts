/** A model package that no device could run. It stays so until somebody trains or registers another one. */
export class UnusableModel extends Error {
  override readonly name = 'UnusableModel';
  readonly code = 'unusable-model';
  readonly retryable = false;
}
