import { startLocalAws } from '@assay/local-aws';

/** The embedded AWS as a process of its own; tells its parent where it listens, and all that it reports. */
const aws = await startLocalAws({
  dataDir: process.argv[2] ?? '',
  report(message, error) {
    process.send?.({ report: `${message}\n${error instanceof Error ? error.stack : String(error)}` });
  },
});
process.on('message', () => void aws.close().then(() => process.disconnect()));
process.send?.({ endpoint: aws.endpoint, credentials: aws.administrator, region: aws.region });
