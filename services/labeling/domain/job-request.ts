import type { LabelingSettings } from './settings.ts';

/** What Ground Truth is asked to do: the parts of CreateLabelingJob that the state machine hands on as they are. */
export interface JobRequest {
  readonly LabelingJobName: string;
  readonly LabelAttributeName: string;
  readonly [member: string]: unknown;
}

/** The attributes that the jobs write. The verification's template names the first one. */
export const BOXES = 'defects';
export const VERDICT = 'defects-check';

export interface JobFiles {
  readonly manifestUri: string;
  readonly categoriesUri: string;
  readonly templateUri: string;
  readonly outputUri: string;
}

/** The job in which people mark every defect. */
export function boxesRequest(settings: LabelingSettings, jobName: string, files: JobFiles): JobRequest {
  return request(settings, files, {
    jobName,
    attribute: BOXES,
    builtIn: 'BoundingBox',
    workers: settings.workers,
    price: settings.priceInUsd,
    title: `Mark every ${settings.categories.join(', ')}`.slice(0, 128),
    description: 'Draw a tight box around each defect on the part. A part without any is answered with no box.',
    keywords: ['inspection', 'bounding box'],
  });
}

/** The job in which people judge what was marked. */
export function verificationRequest(settings: LabelingSettings, jobName: string, files: JobFiles): JobRequest {
  return request(settings, files, {
    jobName,
    attribute: VERDICT,
    builtIn: 'VerificationBoundingBox',
    workers: settings.verifiers,
    price: settings.verificationPriceInUsd,
    title: 'Are all defects marked, and marked well?',
    description: 'Judge the boxes on the part; say in the comment what is wrong.',
    keywords: ['inspection', 'verification'],
  });
}

interface Kind {
  readonly jobName: string;
  readonly attribute: string;
  readonly builtIn: string;
  readonly workers: number;
  readonly price: number | undefined;
  readonly title: string;
  readonly description: string;
  readonly keywords: readonly string[];
}

function request(settings: LabelingSettings, files: JobFiles, kind: Kind): JobRequest {
  const functionArn = (stage: 'PRE' | 'ACS') => `${settings.builtInFunctions}:function:${stage}-${kind.builtIn}`;
  return {
    LabelingJobName: kind.jobName,
    LabelAttributeName: kind.attribute,
    RoleArn: settings.groundTruthRoleArn,
    InputConfig: {
      DataSource: { S3DataSource: { ManifestS3Uri: files.manifestUri } },
      // Demanded for the public workforce; photographs of parts show neither people nor anything of adults only.
      DataAttributes: { ContentClassifiers: ['FreeOfPersonallyIdentifiableInformation', 'FreeOfAdultContent'] },
    },
    OutputConfig: { S3OutputPath: files.outputUri },
    LabelCategoryConfigS3Uri: files.categoriesUri,
    HumanTaskConfig: {
      WorkteamArn: settings.workteamArn,
      UiConfig: { UiTemplateS3Uri: files.templateUri },
      PreHumanTaskLambdaArn: functionArn('PRE'),
      AnnotationConsolidationConfig: { AnnotationConsolidationLambdaArn: functionArn('ACS') },
      TaskKeywords: kind.keywords,
      TaskTitle: kind.title,
      TaskDescription: kind.description,
      NumberOfHumanWorkersPerDataObject: kind.workers,
      TaskTimeLimitInSeconds: settings.taskSeconds,
      TaskAvailabilityLifetimeInSeconds: settings.availabilitySeconds,
      MaxConcurrentTaskCount: 1000,
      ...(kind.price !== undefined && { PublicWorkforceTaskPrice: { AmountInUsd: amount(kind.price) } }),
    },
  };
}

/** 0.036 USD → 0 dollars, 3 cents, 6 tenths of a cent. */
function amount(usd: number) {
  const tenths = Math.round(usd * 1000);
  return {
    Dollars: Math.floor(tenths / 1000),
    Cents: Math.floor((tenths % 1000) / 10),
    TenthFractionsOfACent: tenths % 10,
  };
}
