import { AwsError } from '../../kernel/errors.ts';
import type { CloudWatchOperation } from '../state.ts';

export const alarmNotFound = () => new AwsError('ResourceNotFound', 'Unknown alarm.');

/** Sets a state for the time being, to test what hears of it: the next evaluation sets the true one again. */
export const setAlarmState: CloudWatchOperation<'SetAlarmState'> = (input, _request, { kernel, alarms }) => {
  const alarm = alarms.find(input.AlarmName ?? '');
  if (!alarm) throw alarmNotFound();
  const { StateValue: value, StateReason: reason = '', StateReasonData: reasonData } = input;
  if (value !== 'OK' && value !== 'ALARM' && value !== 'INSUFFICIENT_DATA')
    throw new AwsError(
      'ValidationException',
      `The value ${value} of StateValue is none of OK, ALARM, INSUFFICIENT_DATA.`,
    );
  if (reasonData !== undefined && !isJson(reasonData))
    throw new AwsError('InvalidFormatFault', 'StateReasonData is not JSON.');
  alarms.setState(alarm, { value, reason, reasonData, at: kernel.clock.now() });
  return {};
};

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
