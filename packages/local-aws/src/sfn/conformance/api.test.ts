import type {
  CreateStateMachineCommandInput,
  StartExecutionCommandInput,
  UpdateStateMachineCommandInput,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { administratorCaller } from '../../kernel/caller.ts';
import { ACCOUNT, machine, ROLE } from '../testing.ts';
import { type Conformance, conformanceLab } from './functions.ts';

/** The API's own rules: names, inputs, and what is not there. */

const caller = administratorCaller(ACCOUNT);
const definition = JSON.stringify(machine({ W: { Type: 'Wait', Seconds: 600, End: true } }));
const MACHINE = `arn:aws:states:eu-west-1:${ACCOUNT}:stateMachine:waiting`;
const absent = MACHINE.replace('waiting', 'absent');
const execution = `arn:aws:states:eu-west-1:${ACCOUNT}:execution:waiting:absent`;

let lab: Conformance;
beforeAll(async () => {
  lab = await conformanceLab();
  await create({});
});
afterAll(() => lab.close());

const create = (more: Partial<CreateStateMachineCommandInput>) =>
  lab.kernel.call('sfn', 'CreateStateMachine', { name: 'waiting', definition, roleArn: ROLE, ...more }, caller);
const start = (more: Partial<StartExecutionCommandInput>) =>
  lab.kernel.call('sfn', 'StartExecution', { stateMachineArn: MACHINE, ...more }, caller);
const update = (more: Partial<UpdateStateMachineCommandInput>) =>
  lab.kernel.call('sfn', 'UpdateStateMachine', { stateMachineArn: MACHINE, ...more }, caller);
const describeExecution = (executionArn: string) =>
  lab.kernel.call('sfn', 'DescribeExecution', { executionArn }, caller);

describe('refused is', () => {
  test.each<[string, () => Promise<unknown>, string]>([
    ['a machine’s name of 81 characters', () => create({ name: 'n'.repeat(81) }), 'InvalidName'],
    ['a machine’s name with a space', () => create({ name: 'a b' }), 'InvalidName'],
    ['a machine’s name with brackets', () => create({ name: 'a<b>' }), 'InvalidName'],
    ['no name', () => create({ name: '' }), 'InvalidName'],
    ['a role that is none', () => create({ name: 'other', roleArn: 'admin' }), 'InvalidArn'],
    ['a definition that is wrong', () => create({ name: 'other', definition: '{}' }), 'InvalidDefinition'],
    [
      'a definition of more than 1 MiB',
      () => create({ name: 'other', definition: ' '.repeat(1_048_577) }),
      'ValidationException',
    ],
    ['a machine that exists, with another role', () => create({ roleArn: `${ROLE}-2` }), 'StateMachineAlreadyExists'],
    ['an express workflow, by name', () => create({ name: 'other', type: 'EXPRESS' }), 'NotImplemented'],
    ['an update of nothing', () => update({}), 'MissingRequiredParameter'],
    ['an update to a wrong definition', () => update({ definition: '{}' }), 'InvalidDefinition'],
    [
      'an update of what is not there',
      () => update({ stateMachineArn: absent, definition }),
      'StateMachineDoesNotExist',
    ],
    ['to start what is not there', () => start({ stateMachineArn: absent }), 'StateMachineDoesNotExist'],
    ['to start by what is no ARN', () => start({ stateMachineArn: 'waiting' }), 'InvalidArn'],
    ['an execution’s name of 81 characters', () => start({ name: 'n'.repeat(81) }), 'InvalidName'],
    ['an execution’s name with a slash', () => start({ name: 'a/b' }), 'InvalidName'],
    ['an input that is no JSON', () => start({ input: 'text' }), 'InvalidExecutionInput'],
    ['an empty input', () => start({ input: '' }), 'InvalidExecutionInput'],
    ['an input of more than 262,144 bytes', () => start({ input: `"${'ü'.repeat(131_072)}"` }), 'ValidationException'],
    ['to describe an execution that is not there', () => describeExecution(execution), 'ExecutionDoesNotExist'],
    ['to describe by what is no ARN', () => describeExecution('absent'), 'InvalidArn'],
    [
      'to stop an execution that is not there',
      () => lab.kernel.call('sfn', 'StopExecution', { executionArn: execution }, caller),
      'ExecutionDoesNotExist',
    ],
    [
      'the history of one that is not there',
      () => lab.kernel.call('sfn', 'GetExecutionHistory', { executionArn: execution }, caller),
      'ExecutionDoesNotExist',
    ],
    [
      'a page token of its own invention',
      () => lab.kernel.call('sfn', 'ListExecutions', { stateMachineArn: MACHINE, nextToken: 'mine' }, caller),
      'InvalidToken',
    ],
  ])('%s', async (_what, call, code) => {
    await expect(call()).rejects.toMatchObject({ code });
  });
});

describe('an execution’s name', () => {
  test('of 80 characters is taken, and an input of 262,144 bytes', async () => {
    const name = 'n'.repeat(80);
    expect((await start({ name, input: `"${'x'.repeat(262_142)}"` })).executionArn).toMatch(new RegExp(`:${name}$`));
  });

  test('that runs with the same input is the same execution, with another one it exists already', async () => {
    const first = await start({ name: 'one', input: '{"a":1}' });
    await lab.clock.advance(1000);
    expect(await start({ name: 'one', input: '{"a":1}' })).toEqual(first);
    await expect(start({ name: 'one', input: '{"a":2}' })).rejects.toMatchObject({ code: 'ExecutionAlreadyExists' });
    // Once it has ended, the name is taken for good.
    await lab.kernel.call('sfn', 'StopExecution', { executionArn: first.executionArn }, caller);
    await expect(start({ name: 'one', input: '{"a":1}' })).rejects.toMatchObject({ code: 'ExecutionAlreadyExists' });
  });

  test('is made up where none is given, and the input is an empty object', async () => {
    const { executionArn = '' } = await start({});
    expect(executionArn).toMatch(/:[0-9a-f-]{36}$/);
    expect(await describeExecution(executionArn)).toMatchObject({ input: '{}', status: 'RUNNING' });
  });
});

describe('deleting a machine', () => {
  test('that is not there is no error', async () => {
    await lab.kernel.call('sfn', 'DeleteStateMachine', { stateMachineArn: absent }, caller);
  });

  test('lets run what runs, and takes nothing new', async () => {
    const { stateMachineArn } = await create({ name: 'leaving' });
    const { executionArn = '' } = await start({ stateMachineArn });
    await lab.kernel.call('sfn', 'DeleteStateMachine', { stateMachineArn }, caller);
    await expect(start({ stateMachineArn })).rejects.toMatchObject({ code: 'StateMachineDeleting' });
    await expect(create({ name: 'leaving' })).rejects.toMatchObject({ code: 'StateMachineDeleting' });
    expect((await describeExecution(executionArn)).status).toBe('RUNNING');
    await lab.clock.advance(600_000);
    await lab.clock.advance(0);
    await expect(start({ stateMachineArn })).rejects.toMatchObject({ code: 'StateMachineDoesNotExist' });
  });
});
