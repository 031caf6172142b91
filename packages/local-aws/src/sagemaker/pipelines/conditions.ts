import { isRecord } from './references.ts';
import { StepFailure } from './step-failure.ts';

/** Whether a condition, whose references are resolved, holds. */
export function holds(condition: unknown): boolean {
  if (!isRecord(condition)) throw unknown(condition);
  const { Type, LeftValue: left, RightValue: right } = condition;
  switch (Type) {
    case 'Equals':
      return compare(left, right) === 0;
    case 'NotEquals':
      return compare(left, right) !== 0;
    case 'GreaterThan':
      return compare(left, right) > 0;
    case 'GreaterThanOrEqualTo':
      return compare(left, right) >= 0;
    case 'LessThan':
      return compare(left, right) < 0;
    case 'LessThanOrEqualTo':
      return compare(left, right) <= 0;
    case 'In':
      return listOf(condition, 'In').some((entry) => compare(condition.Value ?? condition.QueryValue, entry) === 0);
    case 'NotIn':
      return !listOf(condition, 'In').some((entry) => compare(condition.Value ?? condition.QueryValue, entry) === 0);
    case 'Or':
      return listOf(condition, 'Conditions').some(holds);
    case 'Not':
      return !holds(condition.Expression);
    default:
      throw unknown(condition);
  }
}

/** By number where both are numbers (parameters arrive as text), else as text. */
function compare(left: unknown, right: unknown): number {
  const [a, b] = [number(left), number(right)];
  if (a !== undefined && b !== undefined) return a - b;
  const [x, y] = [String(left), String(right)];
  return x < y ? -1 : x > y ? 1 : 0;
}

function number(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const parsed = Number(value);
  return Number.isNaN(parsed) ? undefined : parsed;
}

function listOf(condition: Record<string, unknown>, member: string): unknown[] {
  const list = condition[member];
  if (!Array.isArray(list)) throw unknown(condition);
  return list;
}

const unknown = (condition: unknown) =>
  new StepFailure(`ClientError: The condition ${JSON.stringify(condition)} is not one that exists here`);
