"""Ultralytics' side of the benchmark `inspector`: YOLOv8n and `predict`, on one processor.

    python ultralytics_predict.py FOLDER WIDTH HEIGHT EPOCHS SEED onnxruntime|pytorch

Trains for some epochs on the photographs of FOLDER/data.yaml, unless FOLDER/yolov8n.pt is there, and writes
FOLDER/yolov8n.onnx as the training job exports it for photographs of one shape; then says in a line of JSON
which runtime it predicts with, in which release: onnxruntime (null where it is not installed) and that file, or PyTorch,
which is what `predict` takes by itself. From then on each line read is {"image", "conf", "iou", "limit"}, and each line
written is {"milliseconds", "processor", "found": [[left, top, right, bottom, class, confidence], …]}: wall time, the
processor's in milliseconds too, boxes in pixels of the image.
"""

import json
import os
import shutil
import sys
import time
from pathlib import Path

folder, width, height, epochs, seed = Path(sys.argv[1]), *map(int, sys.argv[2:6])
runtime = sys.argv[6]
os.environ.update(YOLO_OFFLINE="true", YOLO_AUTOINSTALL="false", YOLO_CONFIG_DIR=str(folder))

# Ultralytics talks on stdout, which is for the answers here.
answers, sys.stdout = sys.stdout, sys.stderr

import torch  # noqa: E402
from ultralytics import YOLO  # noqa: E402

sys.path.append(str(Path(__file__).parents[3] / "services/training/jobs/train-yolov8"))
from job.export import export_onnx  # noqa: E402
from job.input_size import Size  # noqa: E402

TRAINED_AT = 320


def say(line):
    print(json.dumps(line), file=answers, flush=True)


def trained_weights():
    """Weights that have seen some photographs: of random ones it is chance what INT8 does to them."""
    weights = folder / "yolov8n.pt"
    if not weights.exists():
        YOLO("yolov8n.yaml").train(
            data=str(folder / "data.yaml"),
            imgsz=TRAINED_AT,
            epochs=epochs,
            batch=8,
            seed=seed,
            pretrained=False,
            val=False,
            plots=False,
            amp=False,
            device="cpu",
            workers=0,
            project=str(folder),
            name="training",
        )
        shutil.copy(folder / "training" / "weights" / "last.pt", weights)
    return weights


weights = trained_weights()
classes = len(YOLO(weights).names)
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
torch.set_num_threads(1)
exported = folder / "yolov8n.onnx"
export_onnx(weights, Size(width, height), classes, exported)
if runtime == "onnxruntime":
    try:
        import onnxruntime
    except ImportError:
        say({"release": None})
        sys.exit()

    # Its threads choose their processors themselves: one has to be asked for.
    open_session = onnxruntime.InferenceSession

    def open_on_one_thread(path, sess_options=None, **others):
        options = sess_options or onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        return open_session(path, options, **others)

    onnxruntime.InferenceSession = open_on_one_thread
    predictor, release = YOLO(exported, task="detect"), f"onnxruntime {onnxruntime.__version__}"
else:
    predictor, release = YOLO(weights), f"PyTorch {torch.__version__}"
import ultralytics  # noqa: E402

say({"release": f"Ultralytics {ultralytics.__version__} predict, float, {release}"})

for line in sys.stdin:
    asked = json.loads(line)
    started, worked = time.perf_counter(), time.process_time()
    result = predictor.predict(
        asked["image"],
        # PyTorch computes no more of the square than the photograph's shape needs, either.
        imgsz=max(width, height),
        conf=asked["conf"],
        iou=asked["iou"],
        max_det=asked["limit"],
        device="cpu",
        verbose=False,
    )[0]
    milliseconds, processor = 1000 * (time.perf_counter() - started), 1000 * (time.process_time() - worked)
    found = [[*box.xyxy[0].tolist(), int(box.cls), float(box.conf)] for box in result.boxes]
    say({"milliseconds": milliseconds, "processor": processor, "found": found})
