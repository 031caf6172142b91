import type { Kernel } from '../kernel/kernel.ts';
import type { OperationName } from '../kernel/modules.ts';
import type { Operation } from '../kernel/service.ts';
import { Alarms } from './alarms.ts';

export interface CloudWatchState {
  kernel: Kernel;
  alarms: Alarms;
}

export type CloudWatchOperation<O extends OperationName<'cloudwatch'>> = Operation<'cloudwatch', O, CloudWatchState>;

export const createState = (kernel: Kernel): CloudWatchState => ({ kernel, alarms: new Alarms(kernel) });
