import { AwsError } from '../../kernel/errors.ts';

/** Waits for a deletion, which is as good when the thing is gone already. */
export async function whetherGone(deletion: Promise<unknown>): Promise<void> {
  try {
    await deletion;
  } catch (error) {
    if (!(error instanceof AwsError && error.code === 'ResourceNotFoundException')) throw error;
  }
}
