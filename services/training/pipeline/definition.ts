import { CHECKPOINTS, EVALUATION_FILE, MODEL_FILE, MODELS, REPORT_FILE, RUNS } from '../domain/run-locations.ts';
import { MOST_LOOKS } from '../domain/settling.ts';
import { ruleVariable } from '../jobs/evaluate/settings.ts';
import { type Expression, execution, join, jsonGet, outputOf, parameter, stepProperty } from './expressions.ts';
import { type PipelineSettings, trainers } from './settings.ts';
import { type Parameter, processingStep, type Step, trainingStep } from './steps.ts';

/** Steps, by the names that events and consoles show. */
const PREPARE = 'PrepareDataset';
const TRAIN = 'Train';
const EVALUATE = 'Evaluate';

/** `${…}` is filled in by CloudFormation's `Fn::Sub`: names, roles and registry of the stack. */
const BUCKET = 's3://${TrainingBucket}';
const REGISTRY = '${AWS::AccountId}.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}/assay';
const PREPARE_ROLE = '${PrepareJobRole.Arn}';
const TRAIN_ROLE = '${TrainJobRole.Arn}';
const EVALUATE_ROLE = '${EvaluateJobRole.Arn}';
const MODEL_PACKAGE_GROUP = '${ModelPackageGroupName}';

/** An hour: these jobs take minutes, besides what PrepareDataset waits. */
const PROCESSING_SECONDS = 3600;
/** A day, which is SageMaker's own default: trainers keep the time themselves, and a run may have other TrainSeconds. */
const TRAINING_SECONDS = 86_400;
/** Beyond the time to learn: to load the data, to measure and to export. */
const TRAINING_MARGIN_SECONDS = 1800;
/** A day: how long a training waits in all for spot capacity, before it and when that is taken away. */
const SPOT_WAIT_SECONDS = 86_400;

export interface PipelineDefinition {
  readonly Version: '2020-12-01';
  readonly Parameters: readonly Parameter[];
  readonly Steps: readonly Step[];
}

/** Where something of this execution goes. */
function ofRun(...path: readonly string[]): Expression {
  return join('/', `${BUCKET}/${RUNS}`, execution('PipelineExecutionId'), ...path);
}

/** The pipeline's parameter with a rule's setting, as JSON text. */
function ruleParameter(rule: string): string {
  return `Gate-${rule}`;
}

/** Hyperparameters are text, whatever the parameter's type is. */
function asText(name: string): Expression {
  return join('', parameter(name));
}

/** The digest of a split's archive: each step checks that it works on what was prepared. */
function digestOf(split: 'train' | 'validation' | 'test'): Expression {
  return jsonGet(PREPARE, 'Channels', `channels.${split}.sha256`);
}

/**
 * The pipeline: prepare-dataset → train → evaluate → did it pass the gate? → register, or fail with the reasons. What
 * changes from run to run and what a person may want to override for one run are parameters.
 *
 * @see "Pipeline definition JSON schema" 2020-12-01
 */
export function pipelineDefinition(settings: PipelineSettings): PipelineDefinition {
  return {
    Version: '2020-12-01',
    Parameters: [
      ...['AsOf', 'Catalog', 'Database', 'Table', 'WorkGroup', 'QueryOutput'].map(
        (Name): Parameter => ({ Name, Type: 'String' }),
      ),
      { Name: 'StoredRecords', Type: 'Integer', DefaultValue: 0 },
      { Name: 'Lineage', Type: 'String', DefaultValue: settings.lineage },
      { Name: 'MapThreshold', Type: 'Float', DefaultValue: settings.mapThreshold },
      ...settings.gate.map(
        (setting): Parameter => ({
          Name: ruleParameter(setting.rule),
          Type: 'String',
          DefaultValue: JSON.stringify(setting),
        }),
      ),
      { Name: 'Int8', Type: 'String', DefaultValue: settings.int8 },
      { Name: 'Trainer', Type: 'String', DefaultValue: settings.trainer, EnumValues: trainers },
      { Name: 'TrainSteps', Type: 'Integer', DefaultValue: settings.trainSteps },
      { Name: 'TrainSeconds', Type: 'Integer', DefaultValue: settings.trainSeconds },
      { Name: 'Seed', Type: 'Integer', DefaultValue: settings.seed },
      { Name: 'ImageSize', Type: 'Integer', DefaultValue: settings.imageSize },
      { Name: 'TrainingInstance', Type: 'String', DefaultValue: settings.trainingInstance },
      { Name: 'ProcessingInstance', Type: 'String', DefaultValue: settings.processingInstance },
    ],
    Steps: [prepareStep(settings), trainStep(settings), evaluateStep(settings), checkStep(settings)],
  };
}

function prepareStep({ imageTag, settleSeconds }: PipelineSettings): Step {
  return processingStep({
    name: PREPARE,
    image: `${REGISTRY}/prepare-dataset:${imageTag}`,
    role: PREPARE_ROLE,
    instanceType: parameter('ProcessingInstance'),
    maxRuntimeSeconds: MOST_LOOKS * settleSeconds + PROCESSING_SECONDS,
    environment: {
      AWS_REGION: '${AWS::Region}',
      ASSAY_AS_OF: parameter('AsOf'),
      ASSAY_SETTLE_SECONDS: String(settleSeconds),
      ASSAY_STORED_RECORDS: asText('StoredRecords'),
      ASSAY_LINEAGE: parameter('Lineage'),
      ASSAY_CATALOG: parameter('Catalog'),
      ASSAY_DATABASE: parameter('Database'),
      ASSAY_TABLE: parameter('Table'),
      ASSAY_WORK_GROUP: parameter('WorkGroup'),
      ASSAY_QUERY_OUTPUT: parameter('QueryOutput'),
      ASSAY_MODEL_PACKAGE_GROUP: MODEL_PACKAGE_GROUP,
    },
    outputs: {
      train: ofRun('train'),
      validation: ofRun('validation'),
      test: ofRun('test'),
      snapshot: ofRun('snapshot'),
      champion: ofRun('champion'),
    },
    propertyFiles: [{ PropertyFileName: 'Channels', OutputName: 'snapshot', FilePath: 'channels.json' }],
  });
}

function trainStep({ imageTag, trainSeconds, trainingCapacity }: PipelineSettings): Step {
  return trainingStep({
    name: TRAIN,
    image: join('', `${REGISTRY}/train-`, parameter('Trainer'), `:${imageTag}`),
    role: TRAIN_ROLE,
    instanceType: parameter('TrainingInstance'),
    hyperparameters: {
      steps: asText('TrainSteps'),
      maxSeconds: asText('TrainSeconds'),
      seed: asText('Seed'),
      imageSize: asText('ImageSize'),
      trainSha256: digestOf('train'),
      validationSha256: digestOf('validation'),
    },
    channels: { train: outputOf(PREPARE, 'train'), validation: outputOf(PREPARE, 'validation') },
    output: `${BUCKET}/${MODELS}`,
    checkpoints: join('/', `${BUCKET}/${CHECKPOINTS}`, execution('PipelineExecutionId')),
    maxRuntimeSeconds: Math.max(TRAINING_SECONDS, trainSeconds + TRAINING_MARGIN_SECONDS),
    spotWaitSeconds: trainingCapacity === 'spot' ? SPOT_WAIT_SECONDS : undefined,
    metrics: {
      'train:class-loss': 'train_class_loss=([0-9.]+);',
      'train:box-loss': 'train_box_loss=([0-9.]+);',
      'validation:map50': 'val_map50=([0-9.]+);',
      'validation:map': 'val_map=([0-9.]+);',
    },
  });
}

function evaluateStep({ imageTag, gate }: PipelineSettings): Step {
  const rules = gate.map(({ rule }) => [ruleVariable(rule), parameter(ruleParameter(rule))]);
  return processingStep({
    name: EVALUATE,
    image: `${REGISTRY}/evaluate:${imageTag}`,
    role: EVALUATE_ROLE,
    instanceType: parameter('ProcessingInstance'),
    maxRuntimeSeconds: PROCESSING_SECONDS,
    environment: {
      ASSAY_TRAIN_SHA256: digestOf('train'),
      ASSAY_VALIDATION_SHA256: digestOf('validation'),
      ASSAY_TEST_SHA256: digestOf('test'),
      ASSAY_SNAPSHOT_SHA256: jsonGet(PREPARE, 'Channels', 'metadata.snapshotSha256'),
      ASSAY_MAP_THRESHOLD: asText('MapThreshold'),
      ASSAY_INT8: parameter('Int8'),
      ...Object.fromEntries(rules),
    },
    inputs: {
      model: stepProperty(TRAIN, 'ModelArtifacts.S3ModelArtifacts'),
      train: outputOf(PREPARE, 'train'),
      validation: outputOf(PREPARE, 'validation'),
      test: outputOf(PREPARE, 'test'),
      champion: outputOf(PREPARE, 'champion'),
    },
    outputs: { evaluation: ofRun('evaluation'), model: ofRun('model') },
    propertyFiles: [{ PropertyFileName: 'Evaluation', OutputName: 'evaluation', FilePath: 'evaluation.json' }],
  });
}

function checkStep(settings: PipelineSettings): Step {
  return {
    Name: 'CheckGate',
    Type: 'Condition',
    Arguments: {
      Conditions: [
        { Type: 'Equals', LeftValue: jsonGet(EVALUATE, 'Evaluation', 'gate.verdict'), RightValue: 'passed' },
      ],
      IfSteps: [registerStep(settings)],
      ElseSteps: [
        {
          Name: 'RejectModel',
          Type: 'Fail',
          Arguments: {
            ErrorMessage: join(
              '',
              'The model did not pass the gate. ',
              jsonGet(EVALUATE, 'Evaluation', 'metadata.refusal'),
              '. See ',
              ofRun(REPORT_FILE),
            ),
          },
        },
      ],
    },
  };
}

function registerStep({ imageTag }: PipelineSettings): Step {
  return {
    Name: 'RegisterModel',
    Type: 'RegisterModel',
    Arguments: {
      ModelPackageGroupName: MODEL_PACKAGE_GROUP,
      ModelApprovalStatus: 'PendingManualApproval',
      InferenceSpecification: {
        Containers: [
          {
            Image: `${REGISTRY}/evaluate:${imageTag}`,
            // Not the trainer's: evaluate chose the threshold and the precision, and wrote what it measured.
            ModelDataUrl: ofRun(MODEL_FILE),
          },
        ],
        SupportedContentTypes: ['image/jpeg', 'image/png'],
        SupportedResponseMIMETypes: ['application/json'],
      },
      ModelMetrics: {
        ModelQuality: { Statistics: { ContentType: 'application/json', S3Uri: ofRun(EVALUATION_FILE) } },
      },
      MetadataProperties: { GeneratedBy: execution('PipelineExecutionArn') },
      CustomerMetadataProperties: {
        pipelineExecutionArn: execution('PipelineExecutionArn'),
        snapshotUri: ofRun('snapshot', 'snapshot.json'),
        snapshotSha256: jsonGet(PREPARE, 'Channels', 'metadata.snapshotSha256'),
        imageCount: jsonGet(PREPARE, 'Channels', 'metadata.imageCount'),
        map50: jsonGet(EVALUATE, 'Evaluation', 'metadata.map50'),
        modelSha256: jsonGet(EVALUATE, 'Evaluation', 'metadata.modelSha256'),
        gate: jsonGet(EVALUATE, 'Evaluation', 'metadata.gate'),
        evaluationUri: ofRun(EVALUATION_FILE),
        reportUri: ofRun(REPORT_FILE),
      },
    },
  };
}
