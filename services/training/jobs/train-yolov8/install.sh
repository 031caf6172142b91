#!/bin/sh
# Makes the Python environment in which the trainer yolov8 runs without a container, in ~/.cache/assay/train-yolov8.
# On Debian 12 or newer, as root, PyTorch is Debian's: 160 MB, for the CPU. Elsewhere it comes from PyPI, which on Linux
# brings gigabytes of GPU libraries.
set -eu
cd "$(dirname "$0")"
target=${XDG_CACHE_HOME:-$HOME/.cache}/assay/train-yolov8
stamp=$target/installed
wanted=$(cat requirements.txt requirements-torch.txt install.sh | cksum)

if [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
  echo "$target is there"
  exit
fi

# opset 17, which the export writes, came with 1.13.
has_torch() {
  "$1" -c 'import torch, torchvision; raise SystemExit(tuple(map(int, torch.__version__.split(".")[:2])) < (1, 13))' 2>/dev/null
}

python=/usr/bin/python3
if ! has_torch $python && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends python3-torch python3-torchvision python3-venv
fi

rm -rf "$target"
if has_torch $python; then
  $python -m venv --system-site-packages "$target"
else
  python3 -m venv "$target"
  "$target/bin/python" -m pip install --quiet --no-deps --require-hashes -r requirements-torch.txt
fi
"$target/bin/python" -m pip install --quiet --no-deps --require-hashes -r requirements.txt
echo "$wanted" >"$stamp"
echo "$target is ready"
