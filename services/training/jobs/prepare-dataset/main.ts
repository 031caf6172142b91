import { setTimeout as sleep } from 'node:timers/promises';
import { athenaRows, objectFetcher } from '@assay/dataset/aws';
import { parseS3Uri } from '@assay/events';
import { AthenaClient } from '@aws-sdk/client-athena';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { outputFolder, outputUri, workingFolder } from '../container/folders.ts';
import { runProcessingJob } from '../container/run-job.ts';
import { bringChampion, newestApproved } from './champion.ts';
import { ledgerStore } from './ledger-store.ts';
import { prepareDataset } from './prepare-dataset.ts';
import { readPrepareSettings } from './settings.ts';

await runProcessingJob(async () => {
  const { catalog, database, workGroup, queryOutput, modelPackageGroup, ...cut } = readPrepareSettings(process.env);
  const athena = new AthenaClient({});
  const sageMaker = new SageMakerClient({});
  const s3 = new S3Client({});
  const fetchObject = objectFetcher(s3);
  const log = (line: string) => console.log(line);
  const snapshotFolder = await outputUri('snapshot');
  const { bucket, key } = parseS3Uri(snapshotFolder);
  await prepareDataset({
    ...cut,
    snapshotUri: `${snapshotFolder}/snapshot.json`,
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
    ledger: ledgerStore(s3, { bucket, name: cut.lineage }),
    // At once: the outputs of a job that fails are not uploaded.
    async writeReport(name, page) {
      const report = { Bucket: bucket, Key: `${key}/${name}`, Body: page, ContentType: 'text/html' };
      await s3.send(new PutObjectCommand(report));
      return `${snapshotFolder}/${name}`;
    },
    log,
    now: Date.now,
    sleep,
  });
  await bringChampion({
    newestApproved: () => newestApproved(sageMaker, modelPackageGroup),
    fetchObject: async (uri) => (await fetchObject(uri)).bytes,
    folder: outputFolder('champion'),
    log,
  });
});
