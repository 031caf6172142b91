import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Kernel } from '../kernel/kernel.ts';
import type { OperationName } from '../kernel/modules.ts';
import type { Operation } from '../kernel/service.ts';
import { AsyncInvocations } from './asynchronous.ts';
import { CodeStore } from './code-store.ts';
import { EnvironmentPool } from './environment-pool.ts';
import type { Mapping, Mappings } from './event-sources/mappings.ts';
import { Pollers } from './event-sources/pollers.ts';
import { Functions } from './functions.ts';
import type { InvokeConfiguration, InvokeConfigurations } from './invoke-configuration.ts';

export interface LambdaState {
  kernel: Kernel;
  functions: Functions;
  code: CodeStore;
  pool: EnvironmentPool;
  configurations: InvokeConfigurations;
  asynchronous: AsyncInvocations;
  mappings: Mappings;
  pollers: Pollers;
}

export type LambdaOperation<O extends OperationName<'lambda'>> = Operation<'lambda', O, LambdaState>;

export function createState(kernel: Kernel): LambdaState {
  const functions = new Functions(kernel);
  const code = new CodeStore(kernel);
  const pool = new EnvironmentPool(kernel, code);
  const configurations = kernel.store.collection<InvokeConfiguration>('lambda_invoke_configurations');
  return {
    kernel,
    functions,
    code,
    pool,
    configurations,
    asynchronous: new AsyncInvocations(kernel, functions, pool, configurations),
    mappings: kernel.store.collection<Mapping>('lambda_event_sources'),
    pollers: new Pollers(kernel, functions, pool),
  };
}

export async function start({ kernel, functions, code, mappings, pollers }: LambdaState): Promise<void> {
  await rm(join(kernel.folder('lambda'), 'tmp'), { recursive: true, force: true });
  await code.removeAllBut(functions.usedCode());
  pollers.startAll(mappings);
}

export async function close({ pollers, pool }: LambdaState): Promise<void> {
  pollers.stopAll();
  await pool.close();
}
