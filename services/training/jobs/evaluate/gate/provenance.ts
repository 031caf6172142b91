import { defineRule } from './rule.ts';

/** The model was made from what PrepareDataset wrote, and from nothing else that it admits to. */
export const provenance = defineRule('provenance', {}, (_limits, { manifest, prepared }) => {
  const { channels, snapshot, trainer } = manifest;
  const wrong = [
    ...(snapshot.sha256 === prepared.snapshotSha256
      ? []
      : [`snapshot ${short(snapshot.sha256)} and not ${short(prepared.snapshotSha256)}`]),
    ...(['train', 'validation'] as const)
      .filter((split) => channels !== undefined && channels[split] !== prepared.channels[split])
      .map((split) => `another ${split} archive (${short(channels?.[split] ?? '')})`),
  ];
  const numbers = { differences: wrong.length };
  if (wrong.length > 0) {
    const reason = `the model was made from ${wrong.join(' and ')}: it isn't of this run's data. Run the pipeline again.`;
    return { status: 'failed', reason, numbers };
  }
  if (channels === undefined) {
    const reason = `the manifest that ${trainer.name} wrote doesn't say which archives it read: let it write \`channels\``;
    return { status: 'undecided', reason, numbers };
  }
  return {
    status: 'passed',
    reason: 'the model names the snapshot and the archives that PrepareDataset wrote',
    numbers,
  };
});

const short = (digest: string) => digest.slice(0, 12);
