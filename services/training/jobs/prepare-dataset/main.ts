import { setTimeout as sleep } from 'node:timers/promises';
import { athenaRows, objectFetcher } from '@assay/dataset/aws';
import { AthenaClient } from '@aws-sdk/client-athena';
import { S3Client } from '@aws-sdk/client-s3';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { outputFolder, outputUri, workingFolder } from '../container/folders.ts';
import { runProcessingJob } from '../container/run-job.ts';
import { bringChampion, newestApproved } from './champion.ts';
import { prepareDataset } from './prepare-dataset.ts';
import { readPrepareSettings } from './settings.ts';

await runProcessingJob(async () => {
  const { catalog, database, workGroup, queryOutput, modelPackageGroup, ...cut } = readPrepareSettings(process.env);
  const athena = new AthenaClient({});
  const sageMaker = new SageMakerClient({});
  const fetchObject = objectFetcher(new S3Client({}));
  const log = (line: string) => console.log(line);
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
    fetchObject,
    log,
    now: Date.now,
    sleep,
  });
  await bringChampion({
    newestApproved: () => newestApproved(sageMaker, modelPackageGroup),
    fetchObject,
    folder: outputFolder('champion'),
    log,
  });
});
