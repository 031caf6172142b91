import { nameIn } from '../../kernel/arn.ts';
import { AwsError } from '../../kernel/errors.ts';
import { checkName } from '../name.ts';
import type { Replay } from '../replays.ts';
import type { EventBridgeOperation } from '../state.ts';

/** "Concurrent replays". */
const MOST_ACTIVE = 10;

/** Replays what an archive has recorded by now to the rules of its bus. */
export const startReplay: EventBridgeOperation<'StartReplay'> = (input, _request, state) => {
  const name = input.ReplayName ?? '';
  checkName('replayName', name, 64);
  const invalid = (parameter: string, reason: string) =>
    new AwsError('ValidationException', `Parameter ${parameter} is not valid. Reason: ${reason}`);
  const { Arn: destination = '', FilterArns } = input.Destination ?? {};
  if (!/^arn:[^:]+:events:[^:]*:\d{12}:event-bus\//.test(destination))
    throw invalid('Destination.Arn', 'Must contain an event bus ARN.');
  const bus = state.buses.get(destination);
  const archiveName = nameIn(state.kernel, input.EventSourceArn, 'events', 'archive/') ?? '';
  const archive = state.archives.find(archiveName);
  if (!archive) throw invalid('EventSourceArn', `Archive ${archiveName} does not exist.`);
  if (archive.busArn !== bus.arn) throw invalid('Destination.Arn', 'Cross event bus replay is not permitted.');
  const from = input.EventStartTime?.getTime() ?? 0;
  const to = input.EventEndTime?.getTime() ?? 0;
  if (to <= from) throw invalid('EventEndTime', 'EventStartTime must be before EventEndTime.');
  if (state.replays.find(name)) throw new AwsError('ResourceAlreadyExistsException', `Replay ${name} already exists.`);
  if (state.replays.active() >= MOST_ACTIVE)
    throw new AwsError('LimitExceededException', 'The requested resource exceeds the maximum number allowed.');
  const replay: Replay = {
    name,
    arn: state.kernel.arn('events', `replay/${name}`),
    description: input.Description,
    archive: archive.name,
    archiveArn: archive.arn,
    bus: bus.name,
    busArn: bus.arn,
    filterArns: FilterArns,
    from,
    to,
    upTo: state.archives.lastRecorded(),
    after: { time: 0, seq: 0 },
    state: 'STARTING',
    startedAt: state.kernel.clock.now(),
  };
  state.replays.start(replay);
  return { ReplayArn: replay.arn, State: replay.state, ReplayStartTime: new Date(replay.startedAt) };
};
