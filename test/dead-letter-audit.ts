import { z } from 'zod';

const resourceSchema = z.object({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).default({}) });
const templateSchema = z.object({ Resources: z.record(z.string(), resourceSchema) });
const some = <Item extends z.ZodType>(item: Item) =>
  z.preprocess((value) => (Array.isArray(value) ? value : [value]), z.array(item));

/** `!GetAtt X.Arn`, `!Ref X` → `X`; anything else → ''. */
const named = z.preprocess(
  (value) => arnOfSchema.safeParse(value).data?.['Fn::GetAtt'][0] ?? refSchema.safeParse(value).data?.Ref ?? '',
  z.string(),
);
const arnOfSchema = z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.literal('Arn')]) });
const refSchema = z.object({ Ref: z.string() });

const statementSchema = z.object({ Effect: z.literal('Allow'), Action: some(z.string()), Resource: some(named) });
const queueStatementSchema = statementSchema.extend({
  Action: z.literal('sqs:SendMessage'),
  Principal: z.strictObject({ Service: z.string() }),
  Condition: z.strictObject({ ArnEquals: z.strictObject({ 'aws:SourceArn': some(named.pipe(z.string().min(1))) }) }),
});
const documentSchema = z.object({ Statement: z.array(z.unknown()) });
const rolePoliciesSchema = z.array(z.object({ PolicyDocument: documentSchema })).default([]);

const deadLetterConfigSchema = z.looseObject({
  Id: z.string().default('target'),
  DeadLetterConfig: z.object({ Arn: named }).optional(),
});
const onFailureSchema = z.object({ OnFailure: z.object({ Destination: named }) });
const redriveSchema = z.object({ deadLetterTargetArn: named });

const alarmSchema = z.object({
  MetricName: z.literal('ApproximateNumberOfMessagesVisible'),
  Dimensions: z.tuple([z.object({ Value: z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.literal('QueueName')]) }) })]),
  AlarmDescription: z.string().includes('assay stuck'),
});

const FOURTEEN_DAYS = 1_209_600;

/**
 * Where a stack could lose an event, as sentences; none when every rule target, schedule, function and queue has the
 * service's dead-letter queue, may write to it and nobody else may, and an alarm tells that something is in it.
 * @param packaged the stack's template, as `serverless package` leaves it
 */
export function auditDeadLetters(service: string, stage: string, packaged: unknown): string[] {
  const { Resources } = templateSchema.parse(packaged);
  const of = (...types: string[]) =>
    Object.entries(Resources)
      .filter(([, { Type }]) => types.includes(Type))
      .map(([name, { Properties }]) => ({ name, properties: Properties }));

  const queueName = `assay-${stage}-${service}-dlq`;
  const deadLetters = of('AWS::SQS::Queue').find(({ properties }) => properties.QueueName === queueName);
  if (!deadLetters) return [`there is no queue ${queueName}, where "assay stuck" looks`];
  const { writers, complaints } = queueWriters(of('AWS::SQS::QueuePolicy'), deadLetters.name);
  if (deadLetters.properties.MessageRetentionPeriod !== FOURTEEN_DAYS)
    complaints.push(`${deadLetters.name}: does not keep dead letters for 14 days (MessageRetentionPeriod)`);
  if (!deadLetters.properties.RedriveAllowPolicy)
    complaints.push(`${deadLetters.name}: does not say which queues may use it (RedriveAllowPolicy)`);
  const watched = of('AWS::CloudWatch::Alarm').some(
    ({ properties }) =>
      alarmSchema.safeParse(properties).data?.Dimensions[0].Value['Fn::GetAtt'][0] === deadLetters.name,
  );
  if (!watched) complaints.push(`${deadLetters.name}: no alarm tells that something is in it ("assay stuck")`);

  for (const { name, properties } of of('AWS::Events::Rule', 'AWS::Scheduler::Schedule'))
    for (const target of some(deadLetterConfigSchema).parse(properties.Targets ?? properties.Target ?? [])) {
      const where = `${name}, ${target.Id}`;
      if (target.DeadLetterConfig?.Arn !== deadLetters.name) complaints.push(`${where}: has no DeadLetterConfig`);
      else if (!writers.has(name)) complaints.push(`${where}: may not write to ${deadLetters.name} (queue policy)`);
      for (const input of ['Input', 'InputPath', 'InputTransformer'])
        if (input in target) complaints.push(`${where}: has an ${input}; a redrive delivers the event as it is`);
    }

  const destinations = new Map(
    of('AWS::Lambda::EventInvokeConfig').map(({ properties }) => [
      named.parse(properties.FunctionName),
      onFailureSchema.safeParse(properties.DestinationConfig).data?.OnFailure.Destination,
    ]),
  );
  for (const { name, properties } of of('AWS::Lambda::Function')) {
    const role = Resources[named.parse(properties.Role)];
    if (destinations.get(name) !== deadLetters.name) complaints.push(`${name}: has no on-failure destination`);
    else if (!maySend(role?.Properties.Policies, deadLetters.name))
      complaints.push(`${name}: its role may not write to ${deadLetters.name}`);
  }

  for (const { name, properties } of of('AWS::SQS::Queue')) {
    const target = redriveSchema.safeParse(properties.RedrivePolicy).data?.deadLetterTargetArn;
    if (name !== deadLetters.name && target !== deadLetters.name) complaints.push(`${name}: has no RedrivePolicy`);
  }
  return complaints;
}

/** Who may write to the dead-letter queue by the queue policies, which name sources and nothing wider. */
function queueWriters(policies: { name: string; properties: Record<string, unknown> }[], deadLetters: string) {
  const writers = new Set<string>();
  const complaints: string[] = [];
  for (const { name, properties } of policies)
    for (const statement of documentSchema.parse(properties.PolicyDocument).Statement) {
      const { data } = queueStatementSchema.safeParse(statement);
      if (!data) complaints.push(`${name}: allows more than one service's SendMessage from named sources`);
      else if (data.Resource.includes(deadLetters))
        for (const source of data.Condition.ArnEquals['aws:SourceArn']) writers.add(source);
    }
  return { writers, complaints };
}

function maySend(rolePolicies: unknown, deadLetters: string): boolean {
  return rolePoliciesSchema
    .parse(rolePolicies)
    .flatMap(({ PolicyDocument }) =>
      PolicyDocument.Statement.flatMap((each) => statementSchema.safeParse(each).data ?? []),
    )
    .some(({ Action, Resource }) => Action.includes('sqs:SendMessage') && Resource.includes(deadLetters));
}
