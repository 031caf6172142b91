import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { createPublisher } from '@assay/events/publisher';
import { queueBatchHandler } from '@assay/lambda-kit';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { createImageDecoder } from '../../adapters/decoder/image-decoder.ts';
import { createImageLedger } from '../../adapters/image-ledger.ts';
import { fetchUpload, keepImage, quarantineUpload, sha256Of } from '../../adapters/image-store.ts';
import { type IntakeDependencies, takeInBatch } from './batch.ts';
import { objectCreatedSchema } from './messages.ts';

/** What the decoder process runs: the module beside this one, as source or as it is bundled. */
const decoderEntry = path.join(import.meta.dirname, `decoder${path.extname(import.meta.filename)}`);

const name = z.string().min(1);
const config = z.strictObject({ busName: name, claimBucket: name, imageBucket: name, ledgerTable: name });

function assemble({ busName, claimBucket, imageBucket, ledgerTable }: z.output<typeof config>): IntakeDependencies {
  const s3 = new S3Client({});
  const ledger = createImageLedger(DynamoDBDocumentClient.from(new DynamoDBClient({})), ledgerTable);
  const eventBridge = new EventBridgeClient({});
  const ports = {
    fetch: fetchUpload.bind(null, s3),
    digest: sha256Of,
    check: createImageDecoder(decoderEntry).check,
    keep: keepImage.bind(null, s3, imageBucket),
    quarantine: quarantineUpload.bind(null, s3, imageBucket),
    register: (image, uploadUri) => ledger.register(image, uploadUri, new Date()),
    find: ledger.find,
    now: () => new Date(),
  } satisfies IntakeDependencies['ports'];
  const publisher = createPublisher({ eventBridge, s3, busName, claimBucket, producer: 'assay.image-intake' });
  return { ports, ledger, publisher, newId: randomUUID };
}

export const handler = queueBatchHandler({ schema: objectCreatedSchema, config, assemble }, takeInBatch);
