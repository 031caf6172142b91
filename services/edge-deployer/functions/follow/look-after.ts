import { toError } from '@assay/lambda-kit';
import { follow, type LinePorts } from '../../domain/line/advance.ts';
import { illnesses, type Occasion } from './messages.ts';

/** What looking after the line needs besides moving it on. */
export interface LookingPorts extends LinePorts {
  /** Whether something lies in the service's dead-letter queue. */
  hasDeadLetters(): Promise<boolean>;
}

/** What looking after the line needs of a function's surroundings. */
export interface LookingSurroundings {
  readonly deps: LookingPorts;
  readonly logger: Record<'info' | 'warn' | 'error', (message: string, attributes: Record<string, unknown>) => void>;
  readonly metrics: { addMetric(name: string, unit: 'Count', value: number): unknown };
}

/**
 * Tells of ill components, and follows the rollouts that are under way. A look that nothing but time occasioned fails only
 * while no dead letter lies there, whose alarm calls somebody: the next one does the same in five minutes. As long as a
 * rollout can't begin, for want of an inspector or because nobody can run its model, each would leave one more, and bury
 * that of the decision.
 */
export async function lookAfter(occasion: Occasion, { deps, logger, metrics }: LookingSurroundings): Promise<void> {
  const ill = illnesses(occasion);
  if (ill.length > 0) {
    logger.warn('components are ill', { ill });
    metrics.addMetric('IllComponents', 'Count', ill.length);
  }
  try {
    const line = await follow(deps);
    logger.info('looked at the devices', { occasion: occasion['detail-type'], last: line.rollouts.at(-1) });
  } catch (error) {
    if (occasion['detail-type'] !== 'Scheduled Event' || !(await isKnown(deps))) throw error;
    const failure = toError(error);
    logger.error(`the next look tries again: ${failure.message}`, { error: failure });
  }
}

/** Whether somebody was called already. What can't be told is taken for no: silence would be the worse mistake. */
async function isKnown(deps: LookingPorts): Promise<boolean> {
  try {
    return await deps.hasDeadLetters();
  } catch {
    return false;
  }
}
