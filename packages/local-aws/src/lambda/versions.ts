import type { LambdaFunction } from './functions.ts';
import type { LambdaState } from './state.ts';

/** Keeps what `$LATEST` is now as a version; the newest version again when nothing has changed since ("PublishVersion"). */
export function publish(state: LambdaState, latest: LambdaFunction, description?: string): LambdaFunction {
  const newest = state.functions.versions(latest.name).at(-1);
  if (newest?.revisionId === latest.revisionId) return newest;
  const version = latest.lastVersion + 1;
  state.functions.put({ ...latest, lastVersion: version });
  const published = { ...latest, version: String(version), description: description ?? latest.description };
  state.functions.put(published);
  return published;
}
