"""The YAML of DESIGN section 3 as a workspace, with the batches and versions that its config names."""

from __future__ import annotations

FILES = {
    "registry/taxonomy.yaml": """\
tasks:
  vehicle:    {classes: {car: 1, truck: 2, other_vehicle: 3}}
  pedestrian: {classes: {pedestrian: 4, cyclist: 5}}
exclusive: [[car, pedestrian]]
""",
    "registry/datasets/pedestrian.yaml": """\
task: pedestrian
batches:
  b1:
    annotations: data/ped/b1.json
    images: data/ped/b1
    # optional, with defaults:
    format: coco
    split: train
    labeled_classes: [pedestrian, cyclist]
    class_map: {person: pedestrian}
    ignore_categories: [dog]
    notes: rainy nights
  b2: {annotations: data/ped/b2.json, images: data/ped/b2}
  b3: {annotations: data/ped/b3.json, images: data/ped/b3}
  b4: {annotations: data/ped/b4.json, images: data/ped/b4}
  b5: {annotations: data/ped/b5.json, images: data/ped/b5, image_set: data/ped/b5.txt}
""",
    "registry/datasets/vehicle.yaml": """\
task: vehicle
batches:
  b6:
    annotations: data/vehicle/b6
    images: data/vehicle/b6
    format: voc
""",
    "registry/autolabelers/pedestrian.yaml": """\
name: pedestrian
classes: [pedestrian, cyclist]
versions:
  v3:
    adapter: keras            # or path/to/file.py:Class
    path: autolabelers/pedestrian/v3/model.keras
    options: {input_hw: [320, 320], batch_size: 32}
    thresholds: {pedestrian: 0.42, cyclist: 0.37}
    calibration: autolabelers/pedestrian/v3/calibration.json
    trained_on: ["pedestrian:[b1-b3]", unified/adas-v6]
    metrics: {f1: 0.81}
  v2: {adapter: keras}
""",
    "registry/autolabelers/vehicle.yaml": """\
name: vehicle
classes: [car, truck, other_vehicle]
versions:
  v4: {adapter: "autolabelers/vehicle/v4/model.py:Detector"}
""",
    "configs/adas_v7.yaml": """\
name: adas-v7
method: soft                       # or per task: {default: soft, pedestrian: partial}
datasets: [vehicle:b6, "pedestrian:[b1-b4,b5]"]
autolabelers:                      # defaults to the top of each stack
  vehicle: vehicle:v4
  pedestrian: {version: v3, thresholds: {pedestrian: 0.5}}
output: unified/adas-v7
seed: 7
shard_size_mb: 128
""",
}
KINDS = {
    "taxonomy": "registry/taxonomy.yaml",
    "datasets": "registry/datasets/pedestrian.yaml",
    "autolabeler": "registry/autolabelers/pedestrian.yaml",
    "config": "configs/adas_v7.yaml",
}
