import { defineService } from '../kernel/service.ts';
import { flush } from './flush.ts';
import { batchGetRecord } from './operations/batch-get-record.ts';
import { deleteRecord } from './operations/delete-record.ts';
import { getRecord } from './operations/get-record.ts';
import { putRecord } from './operations/put-record.ts';
import { featureStoreAuthorization } from './permissions.ts';
import { createState, type RuntimeState } from './state.ts';
import { FLUSH_TASK } from './stores.ts';

export const featurestoreRuntimeService = defineService<'featurestore-runtime', RuntimeState>({
  name: 'featurestore-runtime',
  signingName: 'sagemaker',
  load: () => import('@aws-sdk/client-sagemaker-featurestore-runtime'),
  create(kernel) {
    const state = createState(kernel);
    kernel.outbox.handle<{ key: string }>(FLUSH_TASK, ({ key }) => flush(state, key), { concurrency: 2 });
    return state;
  },
  authorization: featureStoreAuthorization,
  operations: {
    BatchGetRecord: batchGetRecord,
    DeleteRecord: deleteRecord,
    GetRecord: getRecord,
    PutRecord: putRecord,
  },
});
