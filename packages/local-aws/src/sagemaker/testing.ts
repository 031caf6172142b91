import type { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { expect, test } from 'vitest';

/** What is asked for, the command that asks for it, the error's name, and what its message says. */
export type Refusal = [what: string, command: () => object, name: string, message?: RegExp];

/** Tests that a client hears each of these errors. */
export function refused(client: () => SageMakerClient, cases: Refusal[]): void {
  test.each(cases)('%s', async (_what, command, name, message = /./) => {
    const sagemaker = client();
    // Each command is one of this client's: the table has them of all kinds.
    const send = sagemaker.send.bind(sagemaker) as (command: object) => Promise<unknown>;
    await expect(send(command())).rejects.toMatchObject({ name, message: expect.stringMatching(message) });
  });
}

/** So many entries, each of its own key. */
export const entries = (count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 'v']));
