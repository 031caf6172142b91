import { alarmNotFound } from '../errors.ts';
import type { CloudWatchOperation } from '../state.ts';

/** "If you specify an incorrect alarm name …, no alarms are deleted." */
export const deleteAlarms: CloudWatchOperation<'DeleteAlarms'> = (input, _request, { alarms }) => {
  const names = input.AlarmNames ?? [];
  if (!names.every((name) => alarms.find(name))) throw alarmNotFound();
  for (const name of names) alarms.delete(name);
  return {};
};
