"""A process that stores versions of a head until it is killed: `head_writer.py FOLDER SEED`."""

import itertools
import sys
from pathlib import Path

from heads import store_tiny_head

if __name__ == "__main__":
    folder, seed = Path(sys.argv[1]), int(sys.argv[2])
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for number in itertools.count(seed):
        store_tiny_head(folder, number)
