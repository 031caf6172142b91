/** Why a step cannot go on; the message is its `FailureReason`. */
export class StepFailure extends Error {
  override readonly name = 'StepFailure';
}
