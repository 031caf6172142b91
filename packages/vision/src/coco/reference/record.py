"""Records what pycocotools says of random cases, one JSON line a case.

    pip install pycocotools==2.0.11 numpy==2.4.6
    python record.py > cases.jsonl

A case: `classes`, how many there are; `images`, each with `truths` [x, y, width, height, class, crowd] and `detections`
[x, y, width, height, class, score]; `stats`, the twelve figures of `COCOeval.summarize()`; `byClass`, AP, AP50 and AR100
of each class. -1 where there is nothing to measure.
"""

import contextlib
import io
import json
import random

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

CASES = 240
SEED = 20260304
SIDE = 320
# Squares of these sides lie on the borders of small, medium and large.
BORDERS = (32, 96)


def box(draw, whole):
    if draw.random() < 0.1:
        side = draw.choice(BORDERS)
        width, height = side, side
    else:
        longest = draw.choice((12, 48, 200))
        width, height = draw.uniform(3, longest), draw.uniform(3, longest)
    x, y = draw.uniform(0, SIDE - width), draw.uniform(0, SIDE - height)
    return [round(value) if whole else round(value, 2) for value in (x, y, width, height)]


def near(draw, truth, whole):
    x, y, width, height = truth
    spread = draw.choice((0, 0, 0.05, 0.15, 0.4))
    moved = [
        x + draw.gauss(0, spread) * width,
        y + draw.gauss(0, spread) * height,
        width * max(0.2, 1 + draw.gauss(0, spread)),
        height * max(0.2, 1 + draw.gauss(0, spread)),
    ]
    return [round(value) if whole else round(value, 2) for value in moved]


def case(number):
    draw = random.Random(SEED + number)
    classes = draw.randint(1, 4)
    # Whole pixels and few scores give ties: of overlaps, and of confidences.
    whole, scores = draw.random() < 0.4, draw.choice((3, 10, 1000))
    crowds = draw.choice((0, 0, 0.2, 0.6))
    busy = number % 40 == 0
    images = []
    for _ in range(draw.randint(1, 6)):
        truths = [
            [*box(draw, whole), draw.randrange(classes), int(draw.random() < crowds)]
            for _ in range(draw.choice((0, 1, 3, 8)))
        ]
        found = []
        for *truth, class_id, _ in truths:
            for _ in range(draw.choice((0, 1, 1, 2, 4))):
                wrong = draw.random() < 0.1
                found.append([*near(draw, truth, whole), draw.randrange(classes) if wrong else class_id])
        for _ in range(130 if busy else draw.choice((0, 0, 2, 6))):
            found.append([*box(draw, whole), 0 if busy else draw.randrange(classes)])
        draw.shuffle(found)
        detections = [[*each, round(draw.randint(1, scores) / scores, 3)] for each in found]
        images.append({"truths": truths, "detections": detections})
    return {"classes": classes, "images": images}


def dataset(classes, images, boxes):
    coco = COCO()
    coco.dataset = {
        "images": [{"id": 1 + index} for index in range(len(images))],
        "categories": [{"id": class_id} for class_id in range(classes)],
        "annotations": [
            {"id": 1 + index, "area": each["bbox"][2] * each["bbox"][3], "iscrowd": 0, **each}
            for index, each in enumerate(boxes)
        ],
    }
    coco.createIndex()
    return coco


def evaluate(classes, images):
    truths = [
        {"image_id": 1 + index, "bbox": [*bbox], "category_id": class_id, "iscrowd": crowd}
        for index, image in enumerate(images)
        for *bbox, class_id, crowd in image["truths"]
    ]
    detections = [
        {"image_id": 1 + index, "bbox": [*bbox], "category_id": class_id, "score": score}
        for index, image in enumerate(images)
        for *bbox, class_id, score in image["detections"]
    ]
    evaluation = COCOeval(dataset(classes, images, truths), dataset(classes, images, detections), "bbox")
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    precision, recall = evaluation.eval["precision"], evaluation.eval["recall"]
    by_class = [
        [mean(precision[:, :, k, 0, 2]), mean(precision[0, :, k, 0, 2]), mean(recall[:, k, 0, 2])]
        for k in range(classes)
    ]
    return [float(value) for value in evaluation.stats], by_class


def mean(values):
    known = values[values > -1]
    return float(np.mean(known)) if known.size else -1.0


for number in range(CASES):
    drawn = case(number)
    with contextlib.redirect_stdout(io.StringIO()):
        stats, by_class = evaluate(**drawn)
    print(json.dumps({**drawn, "stats": stats, "byClass": by_class}, separators=(",", ":")))
