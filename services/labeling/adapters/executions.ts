import { ExecutionAlreadyExists, type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { Executions } from '../domain/ports.ts';

export function createExecutions(sfn: Pick<SFNClient, 'send'>, stateMachineArn: string): Executions {
  return {
    async start(runId) {
      try {
        await sfn.send(new StartExecutionCommand({ stateMachineArn, name: runId, input: '{}' }));
      } catch (error) {
        if (!(error instanceof ExecutionAlreadyExists)) throw error;
      }
    },
  };
}
