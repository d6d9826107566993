#!/usr/bin/env python3
"""Runs the Python example of docs/twin-files.md on a stored twin and compares it with what the board's step gives.

Usage: check-twin.py DOC FOLDER

FOLDER holds n00.safetensors and expected.json ({"still": [...], "moved": [...]}). The file is also written again by the
safetensors package, as theirs.safetensors, for the project's own reader. Exit code 0: equal to 1e-6.
"""

import json
import os
import re
import sys

try:
    import numpy as np
    from safetensors import safe_open
    from safetensors.numpy import save_file
except ImportError:
    sys.exit("check-twin: install the packages with: python3 -m pip install numpy safetensors")


def main() -> int:
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as stream:
        blocks = re.findall(r"```python\n(.*?)```", stream.read(), re.S)
    if len(blocks) != 1:
        sys.exit(f"check-twin: {sys.argv[1]} holds {len(blocks)} Python examples instead of one")
    os.chdir(sys.argv[2])
    names: dict = {}
    exec(compile(blocks[0], sys.argv[1], "exec"), names)
    with open("expected.json", encoding="utf-8") as stream:
        expected = json.load(stream)
    for key in ("still", "moved"):
        found, wanted = np.asarray(names[key]), np.asarray(expected[key])
        if found.shape != wanted.shape or not np.abs(found - wanted).max() <= 1e-6:
            print(f"check-twin: {key}: {found} instead of {wanted}", file=sys.stderr)
            return 1
    with safe_open("n00.safetensors", "np") as file:
        save_file({key: file.get_tensor(key) for key in file.keys()}, "theirs.safetensors", metadata=file.metadata())
    print(json.dumps({"lines": sum(1 for line in blocks[0].splitlines() if line.strip())}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
