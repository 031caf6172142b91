import type { Replay as WireReplay } from '@aws-sdk/client-eventbridge';
import type { Replay } from './replays.ts';

const date = (time: number | undefined): Date | undefined => (time === undefined ? undefined : new Date(time));

/** A replay as the API lists it. */
export function toWire(replay: Replay): WireReplay {
  return {
    ReplayName: replay.name,
    EventSourceArn: replay.archiveArn,
    State: replay.state,
    StateReason: replay.stateReason,
    EventStartTime: new Date(replay.from),
    EventEndTime: new Date(replay.to),
    EventLastReplayedTime: date(replay.lastReplayed),
    ReplayStartTime: new Date(replay.startedAt),
    ReplayEndTime: date(replay.endedAt),
  };
}
