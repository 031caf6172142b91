import { AwsError } from '../../kernel/errors.ts';
import { isJson } from '../../kernel/json.ts';
import type { StateValue } from '../alarm.ts';
import { alarmNotFound, oneOf } from '../errors.ts';
import type { CloudWatchOperation } from '../state.ts';

const STATES: readonly StateValue[] = ['INSUFFICIENT_DATA', 'ALARM', 'OK'];

/** Sets a state for the time being, to test what hears of it: the next evaluation sets the true one again. */
export const setAlarmState: CloudWatchOperation<'SetAlarmState'> = (input, _request, { kernel, alarms }) => {
  const value = oneOf(STATES, input.StateValue, 'stateValue');
  const alarm = alarms.find(input.AlarmName ?? '');
  if (!alarm) throw alarmNotFound();
  const { StateReason: reason = '', StateReasonData: reasonData } = input;
  if (reasonData !== undefined && !isJson(reasonData))
    throw new AwsError('InvalidFormatFault', 'StateReasonData is not JSON.');
  alarms.setState(alarm, { value, reason, reasonData, at: kernel.clock.now() });
  return {};
};
