import {
  type ListModelPackagesCommand,
  type ModelApprovalStatus,
  type ModelPackageSummary,
  paginateListModelPackages,
  UpdateModelPackageCommand,
} from '@aws-sdk/client-sagemaker';
import { CliError } from '../cli-error.ts';
import type { Context } from '../context.ts';
import { table } from '../output/terminal.ts';

/** Lists the registered models, the newest first. */
export async function models(context: Context): Promise<void> {
  const { terminal, chain } = context;
  const packages = await listPackages(context);
  const state = await chain.refresh();
  const rows = packages.map((model) => ({
    version: model.ModelPackageVersion ?? 0,
    modelPackageArn: model.ModelPackageArn ?? '',
    status: model.ModelApprovalStatus ?? '',
    createdAt: model.CreationTime?.toISOString() ?? '',
    map50: state.models.get(model.ModelPackageArn ?? '')?.map50,
    gate: state.models.get(model.ModelPackageArn ?? '')?.gate,
    reportUri: state.models.get(model.ModelPackageArn ?? '')?.reportUri,
    snapshotUri: state.models.get(model.ModelPackageArn ?? '')?.snapshotUri,
  }));
  terminal.result(rows, () => {
    if (rows.length === 0) return 'No model is registered yet.';
    const cells = rows.map((row) => [
      row.version,
      row.status,
      row.map50?.toFixed(3) ?? '',
      row.createdAt,
      row.gate ?? '',
      row.reportUri ?? '',
    ]);
    return table(['version', 'status', 'AP50 (test)', 'registered', 'gate', 'report'], cells);
  });
}

/** Approves or rejects a model: by its version, its ARN, or `latest`. */
export async function decide(
  context: Context,
  model: string,
  status: Extract<ModelApprovalStatus, 'Approved' | 'Rejected'>,
  reason: string | undefined,
): Promise<void> {
  const { terminal, clients, chain } = context;
  const packages = await listPackages(context);
  const found = packages.find(
    ({ ModelPackageArn, ModelPackageVersion }, index) =>
      ModelPackageArn === model || String(ModelPackageVersion) === model || (model === 'latest' && index === 0),
  );
  if (!found?.ModelPackageArn)
    throw new CliError(`There is no model ${model}.`, 'See what there is with "assay models".');
  await clients.sageMaker.send(
    new UpdateModelPackageCommand({
      ModelPackageArn: found.ModelPackageArn,
      ModelApprovalStatus: status,
      ...(reason ? { ApprovalDescription: reason } : {}),
    }),
  );
  const gate = (await chain.refresh()).models.get(found.ModelPackageArn)?.gate;
  const result = { modelPackageArn: found.ModelPackageArn, version: found.ModelPackageVersion, status, gate };
  const known = gate === undefined ? '' : ` The gate said: ${gate}.`;
  const next = status === 'Approved' ? ' Follow its rollout with "assay devices".' : '';
  terminal.result(result, () => `Model ${found.ModelPackageVersion} is ${status.toLowerCase()}.${known}${next}`);
}

async function listPackages({ clients, names }: Context): Promise<ModelPackageSummary[]> {
  const packages: ModelPackageSummary[] = [];
  const query: ConstructorParameters<typeof ListModelPackagesCommand>[0] = {
    ModelPackageGroupName: names.modelPackageGroup,
    SortBy: 'CreationTime',
    SortOrder: 'Descending',
  };
  for await (const page of paginateListModelPackages({ client: clients.sageMaker }, query))
    packages.push(...(page.ModelPackageSummaryList ?? []));
  return packages;
}
