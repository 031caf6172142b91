/** Why a deployment failed, in the words of Greengrass's detailed deployment error codes. */
export class DeploymentFailure extends Error {
  readonly errorStack: string[];
  readonly errorTypes: string[];

  constructor(message: string, errorStack: string[], errorTypes: string[], cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'DeploymentFailure';
    this.errorStack = ['DEPLOYMENT_FAILURE', ...errorStack];
    this.errorTypes = errorTypes;
  }
}

/** The deployment was cancelled in the cloud before it changed anything here. */
export class DeploymentCancelled extends Error {}

export interface DeploymentResult {
  status: 'SUCCEEDED' | 'FAILED' | 'REJECTED';
  /** Values are at most 1024 characters (IoT Jobs). */
  statusDetails: Record<string, string>;
}

export type DetailedStatus =
  | 'SUCCESSFUL'
  | 'FAILED_NO_STATE_CHANGE'
  | 'FAILED_ROLLBACK_NOT_REQUESTED'
  | 'FAILED_ROLLBACK_COMPLETE'
  | 'FAILED_UNABLE_TO_ROLLBACK'
  | 'REJECTED';

export function result(
  status: DeploymentResult['status'],
  detailed: DetailedStatus,
  failure?: unknown,
): DeploymentResult {
  const statusDetails: Record<string, string> = { 'detailed-deployment-status': detailed };
  if (failure !== undefined) {
    statusDetails['deployment-failure-cause'] = (failure instanceof Error ? failure.message : String(failure)).slice(
      0,
      1024,
    );
    if (failure instanceof DeploymentFailure) {
      statusDetails['deployment-error-stack'] = failure.errorStack.join(', ').slice(0, 1024);
      statusDetails['deployment-error-types'] = failure.errorTypes.join(', ').slice(0, 1024);
    }
  }
  return { status, statusDetails };
}
