import { parentPort, workerData } from 'node:worker_threads';
import { DatasetReader } from '../dataset/dataset.ts';
import { isInterrupted } from './barrier.ts';
import { detectOn } from './evaluation.ts';
import { StepRunner } from './step-runner.ts';
import type { WorkerAssignment, WorkerReply, WorkerRequest } from './worker-protocol.ts';

const port = parentPort;
if (!port) throw new Error('this file is the entry of a training worker: start it through train()');

const assignment: WorkerAssignment = workerData;
const runner = await StepRunner.create(assignment);
const validation = new DatasetReader(assignment.validation);
const reply = (message: WorkerReply) => port.postMessage(message);

async function answer(request: WorkerRequest): Promise<void> {
  if (request.kind === 'close') return port?.close();
  if (request.kind === 'detect') {
    const task = { ...request, isInterrupted: () => isInterrupted(assignment.control) };
    return reply({ kind: 'detected', detections: await detectOn(validation, task) });
  }
  const result = await runner.run(request.from, request.to, reply);
  reply({ kind: 'trained', ...result });
}

port.on('message', (request: WorkerRequest) => {
  // A rejection that nobody handles ends the worker with an error event: the pool reports it.
  void answer(request);
});
reply({ kind: 'ready' });
