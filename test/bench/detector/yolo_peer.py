"""Trains YOLOv8n from scratch for a given time on a folder in YOLO's format, and exports it as ONNX.

Usage: yolo_peer.py DATA.yaml FOLDER SECONDS IMAGE_SIZE SEED THREADS
"""
import os
import sys

data, folder, seconds, size, seed, threads = sys.argv[1:]
os.environ.update(YOLO_OFFLINE="true", YOLO_AUTOINSTALL="false", YOLO_CONFIG_DIR=folder)

import torch
from ultralytics import YOLO

# Ultralytics leaves a core out by its own.
os.environ["OMP_NUM_THREADS"] = threads
torch.set_num_threads(int(threads))
model = YOLO("yolov8n.yaml")
model.train(
    data=data, imgsz=int(size), seed=int(seed), project=folder, name="run", device="cpu", pretrained=False, amp=False,
    plots=False, workers=0, batch=16, patience=100000, verbose=False,
    time=float(seconds) / 3600,
)
best = YOLO(os.path.join(folder, "run", "weights", "best.pt"))
print("exported", best.export(format="onnx", imgsz=int(size), opset=17, simplify=False, device="cpu"))
