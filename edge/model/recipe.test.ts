import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { modelRecipe } from '../../services/edge-deployer/domain/model/model-component.ts';

const template = readFileSync(new URL('./recipe.json', import.meta.url), 'utf8');

it('is the recipe that the edge-deployer registers, once its placeholders are filled in', () => {
  const arn = 'arn:aws:sagemaker:eu-west-1:000000000000:model-package/assay-local-detector/7';
  const folder = 's3://assay-local-edge-000000000000/components/com.assay.model/0a1b';
  const filled = template
    .replaceAll('{{version}}', '1.0.7')
    .replaceAll('{{modelPackageArn}}', arn)
    .replaceAll('{{folder}}', folder);
  expect(modelRecipe(7, arn, [`${folder}/model.onnx`, `${folder}/manifest.json`])).toEqual(JSON.parse(filled));
});
