import type { Channel } from '../channel.ts';
import type { Gate } from '../gate/rules.ts';
import { type Measurement, measure } from '../measurement.ts';
import type { Model, TrainedModel } from '../model-archive.ts';
import { chooseOperatingPoint } from '../operating-point.ts';
import { agreeing, pairsOf } from '../parity/pairs.ts';
import type { Quantize } from './quantize.ts';
import type { TimeInTurns } from './time-in-turns.ts';

export interface PrecisionChoice {
  readonly precision: 'float32' | 'int8';
  /** Why, with the figures. */
  readonly reason: string;
  /** `null` is what was not measured. */
  readonly numbers: Readonly<
    Record<'floatAp50' | 'int8Ap50' | 'agreement' | 'floatMilliseconds' | 'int8Milliseconds', number | null>
  >;
}

/** The model that goes on to the operating point and the gate. */
export interface ChosenModel {
  readonly model: Model;
  readonly choice: PrecisionChoice;
  /** What it makes of the validation split. */
  readonly validation: Measurement;
}

/** AP50 that INT8 may cost on validation. */
const MOST_LOSS = 0.01;
/** INT8 has to take this share of the time at most: less of a gain isn't told from noise. */
const MOST_TIME = 0.9;

export interface PrecisionOptions {
  readonly gate: Pick<Gate, 'likeness' | 'operatingLimits'>;
  /** Undefined to leave the model as it is. */
  readonly quantize: Quantize | undefined;
  readonly timeInTurns: TimeInTurns;
  readonly log: (line: string) => void;
}

/**
 * Chooses between the trained model and its INT8 form on the validation split: INT8 when it costs at most a point of AP50,
 * finds the same defects at the operating point (as the gate's export parity will ask) and is faster on this machine.
 */
export async function choosePrecision(
  trained: TrainedModel,
  validation: Channel,
  { gate, quantize, timeInTurns, log }: PrecisionOptions,
): Promise<ChosenModel> {
  const float = await measure(trained, validation, log);
  const floatAp50 = float.precision.ap50 ?? null;
  const unmeasured = { floatAp50, int8Ap50: null, agreement: null, floatMilliseconds: null, int8Milliseconds: null };
  const asTrained = (reason: string, numbers: PrecisionChoice['numbers'] = unmeasured): ChosenModel => ({
    model: trained,
    choice: { precision: trained.manifest.precision ?? 'float32', reason, numbers },
    validation: float,
  });
  if (trained.manifest.precision === 'int8') return asTrained('the trainer exported INT8');
  if (quantize === undefined) return asTrained('INT8 was not asked for');
  if (floatAp50 === null) return asTrained('no validation image has a defect to compare INT8 on');
  const quantized = await quantize(trained);
  if (!quantized.ok) return asTrained(`INT8 could not be made: ${quantized.reason}`);

  const int8 = await measure(quantized.model, validation, log);
  const int8Ap50 = int8.precision.ap50 ?? 0;
  const { confidence } = chooseOperatingPoint(
    int8.images,
    gate.operatingLimits,
    trained.manifest.thresholds.confidence,
  );
  const agreement = gate.likeness ? agreementOf({ float, int8, trained, confidence, likeness: gate.likeness }) : null;
  const measured = { ...unmeasured, int8Ap50, agreement };
  const seen = `AP50 ${int8Ap50.toFixed(3)} in INT8 and ${floatAp50.toFixed(3)} in float on validation`;
  if (floatAp50 - int8Ap50 > MOST_LOSS) return asTrained(`INT8 loses too much: ${seen}`, measured);
  if (gate.likeness && agreement !== null && agreement < gate.likeness.agree) {
    return asTrained(
      `INT8 agrees with float on ${(100 * agreement).toFixed(1)} % of the defects only; ${seen}`,
      measured,
    );
  }
  const images = validation.images.map(({ bytes }) => bytes);
  const [floatMilliseconds, int8Milliseconds] = await timeInTurns(trained, quantized.model, images);
  const numbers = { ...measured, floatMilliseconds, int8Milliseconds };
  const times = `${int8Milliseconds.toFixed(1)} ms an image in INT8 and ${floatMilliseconds.toFixed(1)} in float, in turns`;
  if (int8Milliseconds > MOST_TIME * floatMilliseconds) {
    return asTrained(`INT8 isn't faster on this machine: ${times}; ${seen}`, numbers);
  }
  const choice = { precision: 'int8' as const, reason: `INT8 is as good and faster: ${times}; ${seen}`, numbers };
  return { model: quantized.model, choice, validation: int8 };
}

interface Comparison {
  readonly float: Measurement;
  readonly int8: Measurement;
  readonly trained: TrainedModel;
  /** From which on a detection would be a defect, were INT8 taken. */
  readonly confidence: number;
  readonly likeness: { readonly iou: number; readonly confidence: number };
}

/**
 * Share of the defects of either model that the other one finds, too: of the split, or of the images on which the gate will
 * ask, whichever is less; null where there is none.
 */
function agreementOf({ float, int8, trained, confidence, likeness }: Comparison): number | null {
  const asked = new Set(trained.reference?.map(({ imageId }) => imageId));
  const pairs = float.images.map(({ imageId, inspection }, index) => ({
    imageId,
    pairs: pairsOf(inspection.candidates, int8.images[index]?.inspection.candidates ?? [], confidence),
  }));
  const shares = [pairs, pairs.filter(({ imageId }) => asked.has(imageId))].map((some) =>
    agreeing(
      some.flatMap((image) => image.pairs),
      likeness,
    ),
  );
  const known = shares.filter((share) => share !== null);
  return known.length === 0 ? null : Math.min(...known);
}
