"""A writer of its own process: adds answers in small segments until it is killed, or has added them all.

python -m tests.autolabel.cache.hammer ROOT FIRST LAST SEGMENT
"""

import sys

from tests.autolabel.cache.answers import FINGERPRINT, answer, digest
from unify.autolabel.cache import PredictionCache

if __name__ == "__main__":
    root, *numbers = sys.argv[1:]
    first, last, segment = map(int, numbers)
    with PredictionCache(root).writer(FINGERPRINT, autolabeler="vehicle:v1", max_pictures=segment) as writer:
        for number in range(first, last):
            writer.add(digest(number), answer(number))
