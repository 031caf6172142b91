import { setTimeout as sleep } from 'node:timers/promises';
import { athenaRows, objectFetcher } from '@assay/dataset/aws';
import { AthenaClient } from '@aws-sdk/client-athena';
import { S3Client } from '@aws-sdk/client-s3';
import { outputFolder, outputUri, workingFolder } from '../container/folders.ts';
import { runProcessingJob } from '../container/run-job.ts';
import { prepareDataset } from './prepare-dataset.ts';
import { readPrepareSettings } from './settings.ts';

await runProcessingJob(async () => {
  const { catalog, database, workGroup, queryOutput, ...cut } = readPrepareSettings(process.env);
  const athena = new AthenaClient({});
  await prepareDataset({
    ...cut,
    snapshotUri: `${await outputUri('snapshot')}/snapshot.json`,
    outputFolder,
    workingFolder,
    query: athenaRows({
      athena,
      catalog,
      database,
      workGroup,
      output: queryOutput,
      sleep,
    }),
    fetchObject: objectFetcher(new S3Client({})),
    log: (line) => console.log(line),
    now: Date.now,
    sleep,
  });
});
