#!/usr/bin/env bash
# Makes the environment of the peers, which are also the baselines of the benchmarks; about 3 GB, Python 3.11.
#   bash tests/interop/make_env.sh FOLDER [PYTHON]
set -euo pipefail
folder=${1:?usage: bash tests/interop/make_env.sh FOLDER [PYTHON]}
"${2:-python3}" -m venv "$folder"
"$folder/bin/pip" install --quiet --requirement "$(dirname "$0")/requirements.txt"
# The Object Detection API asks for packages of 2022; its decoder works with those that are there.
"$folder/bin/pip" install --quiet --no-deps tf-models-research-object-detection==2.8.0.post1
echo "export UNIFY_INTEROP_PYTHON=$(cd "$folder" && pwd)/bin/python"
