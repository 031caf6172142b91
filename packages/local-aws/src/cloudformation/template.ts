import { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';

const policy = z.enum(['Delete', 'Retain', 'RetainExceptOnCreate']);

const resource = z.strictObject({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  DependsOn: z.union([z.string().transform((id) => [id]), z.array(z.string())]).default([]),
  Condition: z.string().optional(),
  DeletionPolicy: policy.default('Delete'),
  UpdateReplacePolicy: policy.default('Delete'),
  Metadata: z.unknown().optional(),
});

const parameter = z.strictObject({
  Type: z.enum(['String', 'Number', 'CommaDelimitedList', 'List<Number>']),
  Default: z.union([z.string(), z.number()]).transform(String).optional(),
  Description: z.string().optional(),
  NoEcho: z.boolean().default(false),
  AllowedValues: z.array(z.union([z.string(), z.number()]).transform(String)).optional(),
  AllowedPattern: z.string().optional(),
  ConstraintDescription: z.string().optional(),
  MinLength: z.coerce.number().optional(),
  MaxLength: z.coerce.number().optional(),
});

const output = z.strictObject({
  Value: z.unknown(),
  Description: z.string().optional(),
  Condition: z.string().optional(),
  Export: z.strictObject({ Name: z.unknown() }).optional(),
});

const template = z.strictObject({
  AWSTemplateFormatVersion: z.string().optional(),
  Description: z.string().optional(),
  Metadata: z.unknown().optional(),
  Parameters: z.record(z.string(), parameter).default({}),
  Mappings: z.record(z.string(), z.record(z.string(), z.record(z.string(), z.unknown()))).default({}),
  Conditions: z.record(z.string(), z.unknown()).default({}),
  Resources: z.record(z.string().regex(/^[A-Za-z0-9]{1,255}$/, 'logical ids are alphanumeric'), resource),
  Outputs: z.record(z.string(), output).default({}),
});

export type Template = z.infer<typeof template>;
export type TemplateResource = z.infer<typeof resource>;
export type TemplateParameter = z.infer<typeof parameter>;

/** Reads a template's JSON. Throws AWS's `ValidationError` that names what is wrong with its form. */
export function parseTemplate(body: string): Template {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch (cause) {
    throw new AwsError(
      'ValidationError',
      'Template format error: the template is not JSON, the only form that is read here. Convert YAML to JSON first (the Serverless Framework does).',
      { cause },
    );
  }
  const parsed = template.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.path.join('/');
  throw new AwsError('ValidationError', `Template format error: ${path ? `at ${path}: ` : ''}${issue?.message}.`);
}

/** What a caller must acknowledge before this template is deployed. */
export function requiredCapabilities(parsed: Template): ('CAPABILITY_IAM' | 'CAPABILITY_NAMED_IAM')[] {
  const roles = Object.values(parsed.Resources).filter(({ Type }) => Type.startsWith('AWS::IAM::'));
  if (roles.length === 0) return [];
  return roles.some(({ Properties }) => Properties.RoleName !== undefined)
    ? ['CAPABILITY_NAMED_IAM']
    : ['CAPABILITY_IAM'];
}
