declare module 'asl-validator' {
  interface Result {
    isValid: boolean;
    errors: { 'Error code': string; Message: string; path?: string }[];
    errorsText(separator?: string): string;
  }
  /** Validates against the Amazon States Language; writes the query language into each state of `definition`. */
  export default function validate(
    definition: Record<string, unknown>,
    options?: { checkPaths?: boolean; checkArn?: boolean },
  ): Result;
}
