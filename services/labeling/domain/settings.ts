/** How this stage labels: from the environment, see the README. */
export interface LabelingSettings {
  /** Names of jobs begin with it, e.g. `assay-local`. */
  readonly jobPrefix: string;
  /** The classes that people mark; the order is that of the class ids. */
  readonly categories: readonly string[];
  readonly workteamArn: string;
  /** The role that Ground Truth works under. */
  readonly groundTruthRoleArn: string;
  /** The functions behind Ground Truth's built-in task types: their ARN up to the account, `arn:aws:lambda:<region>:<account>`. */
  readonly builtInFunctions: string;
  /** A run starts on its own from this many waiting images on. */
  readonly minImages: number;
  /** The most images of a run. */
  readonly maxImages: number;
  /** After this many attempts an image has failed. */
  readonly maxAttempts: number;
  /** How many people mark, and how many judge, each image. */
  readonly workers: number;
  readonly verifiers: number;
  /** Paid per task in the public workforce; absent for a private team. */
  readonly priceInUsd?: number | undefined;
  readonly verificationPriceInUsd?: number | undefined;
  readonly taskSeconds: number;
  readonly availabilitySeconds: number;
}
