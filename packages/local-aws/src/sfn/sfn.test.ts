import {
  CreateStateMachineCommand,
  DeleteStateMachineCommand,
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  DescribeStateMachineForExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  ListTagsForResourceCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateStateMachineCommand,
  ValidateStateMachineDefinitionCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { againstAws, startAws, type TestAws } from '../../test/harness.ts';

/** Against AWS, a role that states.amazonaws.com may assume. */
const roleArn = process.env.ASSAY_CONFORMANCE_STATES_ROLE ?? 'arn:aws:iam::000000000000:role/machine';
const suffix = Date.now().toString(36);

let aws: TestAws;
let sfn: SFNClient;
beforeAll(async () => {
  aws = await startAws({ openRoles: ['machine'] });
  sfn = aws.client(SFNClient);
});
afterAll(async () => {
  sfn.destroy();
  await aws.close();
});

const definition = (states: Record<string, unknown>) =>
  JSON.stringify({ QueryLanguage: 'JSONata', StartAt: Object.keys(states)[0], States: states });

const PASS = definition({ A: { Type: 'Pass', Output: { twice: '{% $states.input.n * 2 %}' }, End: true } });
const WAIT = definition({ W: { Type: 'Wait', Seconds: 600, End: true } });

const create = async (name: string, text = PASS) => {
  const { stateMachineArn } = await sfn.send(
    new CreateStateMachineCommand({ name: `${name}-${suffix}`, definition: text, roleArn }),
  );
  return stateMachineArn ?? '';
};

const ended = async (executionArn: string | undefined) => {
  for (;;) {
    const execution = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    if (execution.status !== 'RUNNING') return execution;
    await new Promise((resolve) => setTimeout(resolve, againstAws ? 500 : 10));
  }
};

describe('a state machine', () => {
  test('is created, described, listed, tagged, and created again without a change', async () => {
    const stateMachineArn = await create('described');
    expect(await create('described')).toBe(stateMachineArn);
    expect(await sfn.send(new DescribeStateMachineCommand({ stateMachineArn }))).toMatchObject({
      name: `described-${suffix}`,
      status: 'ACTIVE',
      type: 'STANDARD',
      definition: PASS,
      roleArn,
      creationDate: expect.any(Date),
    });
    const { stateMachines = [] } = await sfn.send(new ListStateMachinesCommand({}));
    expect(stateMachines.map(({ name }) => name)).toContain(`described-${suffix}`);
    await sfn.send(
      new TagResourceCommand({
        resourceArn: stateMachineArn,
        tags: [
          { key: 'a', value: '1' },
          { key: 'b', value: '2' },
        ],
      }),
    );
    await sfn.send(new UntagResourceCommand({ resourceArn: stateMachineArn, tagKeys: ['a'] }));
    const { tags } = await sfn.send(new ListTagsForResourceCommand({ resourceArn: stateMachineArn }));
    expect(tags).toEqual([{ key: 'b', value: '2' }]);
    await expect(create('described', WAIT)).rejects.toMatchObject({ name: 'StateMachineAlreadyExists' });
    await sfn.send(new DeleteStateMachineCommand({ stateMachineArn }));
  });

  test('that is updated runs the new definition; what runs keeps the old one', async () => {
    const stateMachineArn = await create('updated', WAIT);
    const old = await sfn.send(new StartExecutionCommand({ stateMachineArn }));
    await sfn.send(new UpdateStateMachineCommand({ stateMachineArn, definition: PASS }));
    const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn, input: '{"n":4}' }));
    expect((await ended(executionArn)).output).toBe('{"twice":8}');
    const before = await sfn.send(new DescribeStateMachineForExecutionCommand({ executionArn: old.executionArn }));
    expect(before.definition).toBe(WAIT);
    await sfn.send(new StopExecutionCommand({ executionArn: old.executionArn }));
    await sfn.send(new DeleteStateMachineCommand({ stateMachineArn }));
  });

  test('that is not there is named', async () => {
    const stateMachineArn = (await create('gone')).replace('gone', 'nowhere');
    await expect(sfn.send(new DescribeStateMachineCommand({ stateMachineArn }))).rejects.toMatchObject({
      name: 'StateMachineDoesNotExist',
      message: `State Machine Does Not Exist: '${stateMachineArn}'`,
    });
  });

  test('that is deleted takes no executions, and is gone when the last one has ended', async () => {
    const stateMachineArn = await create('deleted', WAIT);
    const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn }));
    await sfn.send(new DeleteStateMachineCommand({ stateMachineArn }));
    await expect(sfn.send(new StartExecutionCommand({ stateMachineArn }))).rejects.toMatchObject({
      name: 'StateMachineDeleting',
    });
    await sfn.send(new StopExecutionCommand({ executionArn }));
    if (!againstAws)
      await expect(sfn.send(new DescribeStateMachineCommand({ stateMachineArn }))).rejects.toMatchObject({
        name: 'StateMachineDoesNotExist',
      });
  });
});

describe('an execution', () => {
  test('is the same one when it is started again by name and input, while it runs', async () => {
    const stateMachineArn = await create('idempotent', WAIT);
    const start = (input: string) => sfn.send(new StartExecutionCommand({ stateMachineArn, name: 'one', input }));
    const first = await start('{"a":1}');
    expect(await start('{"a":1}')).toMatchObject({ executionArn: first.executionArn, startDate: first.startDate });
    await expect(start('{"a":2}')).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
    await sfn.send(new StopExecutionCommand({ executionArn: first.executionArn, error: 'Enough' }));
    expect(await ended(first.executionArn)).toMatchObject({
      status: 'ABORTED',
      error: 'Enough',
      stopDate: expect.any(Date),
    });
    await expect(start('{"a":1}')).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
    await sfn.send(new DeleteStateMachineCommand({ stateMachineArn }));
  });

  test('tells its history in order, in pages, and backwards', async () => {
    const stateMachineArn = await create('history');
    const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn, input: '{"n":21}' }));
    expect(await ended(executionArn)).toMatchObject({ status: 'SUCCEEDED', output: '{"twice":42}' });
    const { events = [] } = await sfn.send(new GetExecutionHistoryCommand({ executionArn }));
    expect(events).toMatchObject([
      {
        id: 1,
        previousEventId: 0,
        type: 'ExecutionStarted',
        executionStartedEventDetails: { input: '{"n":21}', roleArn },
      },
      {
        id: 2,
        previousEventId: 0,
        type: 'PassStateEntered',
        stateEnteredEventDetails: { name: 'A', input: '{"n":21}' },
      },
      {
        id: 3,
        previousEventId: 2,
        type: 'PassStateExited',
        stateExitedEventDetails: { name: 'A', output: '{"twice":42}' },
      },
      {
        id: 4,
        previousEventId: 3,
        type: 'ExecutionSucceeded',
        executionSucceededEventDetails: { output: '{"twice":42}' },
      },
    ]);
    const page = await sfn.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 3 }));
    expect(page.events).toHaveLength(3);
    const rest = await sfn.send(
      new GetExecutionHistoryCommand({ executionArn, maxResults: 3, nextToken: page.nextToken }),
    );
    expect(rest.events?.map(({ id }) => id)).toEqual([4]);
    const [last] =
      (await sfn.send(new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, maxResults: 1 }))).events ??
      [];
    expect(last?.type).toBe('ExecutionSucceeded');
    await sfn.send(new DeleteStateMachineCommand({ stateMachineArn }));
  });

  test('is listed by status, the newest first', async () => {
    const stateMachineArn = await create('listed');
    for (const name of ['a', 'b'])
      await ended(
        (await sfn.send(new StartExecutionCommand({ stateMachineArn, name, input: '{"n":1}' }))).executionArn,
      );
    const { executions = [] } = await sfn.send(
      new ListExecutionsCommand({ stateMachineArn, statusFilter: 'SUCCEEDED' }),
    );
    expect(executions.map(({ name }) => name)).toEqual(['b', 'a']);
    const none = await sfn.send(new ListExecutionsCommand({ stateMachineArn, statusFilter: 'FAILED' }));
    expect(none.executions).toEqual([]);
    await sfn.send(new DeleteStateMachineCommand({ stateMachineArn }));
  });

  test('needs JSON as its input', async () => {
    const stateMachineArn = await create('input');
    await expect(sfn.send(new StartExecutionCommand({ stateMachineArn, input: '{' }))).rejects.toMatchObject({
      name: 'InvalidExecutionInput',
    });
    await sfn.send(new DeleteStateMachineCommand({ stateMachineArn }));
  });
});

describe.skipIf(againstAws)('a definition is refused by name', () => {
  const refused = (text: string) => expect(create('refused', text)).rejects;

  test.each([
    [
      'JSONPath',
      JSON.stringify({ StartAt: 'A', States: { A: { Type: 'Pass', End: true } } }),
      /State 'A' is written in JSONPath/,
    ],
    ['a field that would not be honoured', definition({ A: { Type: 'Pass', Result: 1, End: true } }), /Result/],
    [
      'a resource that is not here',
      definition({ A: { Type: 'Task', Resource: 'arn:aws:states:::sns:publish', End: true } }),
      /sns:publish/,
    ],
    [
      'a service that aws-sdk tasks do not reach',
      definition({ A: { Type: 'Task', Resource: 'arn:aws:states:::aws-sdk:polly:listLexicons', End: true } }),
      /polly/,
    ],
    [
      'an expression that does not parse',
      definition({ A: { Type: 'Pass', Output: '{% 1 + %}', End: true } }),
      /'1 \+'/,
    ],
    ['a state that leads nowhere', definition({ A: { Type: 'Pass', Next: 'B' } }), /MISSING_TRANSITION_TARGET/],
    [
      'a distributed Map',
      definition({
        M: {
          Type: 'Map',
          ItemProcessor: {
            ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
            StartAt: 'P',
            States: { P: { Type: 'Succeed' } },
          },
          End: true,
        },
      }),
      /Mode/,
    ],
    [
      'States.ALL among others',
      definition({
        A: {
          Type: 'Task',
          Resource: 'arn:aws:states:::lambda:invoke',
          Retry: [{ ErrorEquals: ['States.ALL', 'X'] }],
          End: true,
        },
      }),
      /States.ALL/,
    ],
    ['what is no JSON', '{', /INVALID_JSON_DESCRIPTION/],
  ])('%s', async (_what, text, message) => {
    await refused(text).toMatchObject({ name: 'InvalidDefinition', message: expect.stringMatching(message) });
  });

  test('and ValidateStateMachineDefinition says the same without creating anything', async () => {
    const result = await sfn.send(
      new ValidateStateMachineDefinitionCommand({ definition: definition({ A: { Type: 'Pass', Next: 'B' } }) }),
    );
    expect(result).toMatchObject({
      result: 'FAIL',
      diagnostics: [{ severity: 'ERROR', code: 'MISSING_TRANSITION_TARGET' }, { code: 'MISSING_TERMINAL_STATE' }],
    });
    expect(await sfn.send(new ValidateStateMachineDefinitionCommand({ definition: PASS }))).toMatchObject({
      result: 'OK',
      diagnostics: [],
    });
  });
});

test.skipIf(againstAws)('an execution that waits survives a restart', async () => {
  const stateMachineArn = await create(
    'restarted',
    definition({ W: { Type: 'Wait', Seconds: 1, Next: 'A' }, A: { Type: 'Pass', Output: 'done', End: true } }),
  );
  const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn }));
  await aws.restart();
  expect(await ended(executionArn)).toMatchObject({ status: 'SUCCEEDED', output: '"done"' });
});
