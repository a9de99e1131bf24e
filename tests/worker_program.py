"""The worker's real program on one processor, with a stand-in for what recognises faces.

    python -m tests.worker_program <file>

The stand-in writes the key of each image that it begins to the file, and takes as long as the image's name says:
`…/0.5s.jpg` is half a second.
"""

import os
import sys
import time
from pathlib import Path

from dayshift.adapters.face_fleet import LIMITS
from dayshift.bootstrap import worker as composition
from dayshift.domain.detections import Prediction
from dayshift.domain.images import ImageRef
from dayshift.handlers.worker import main
from tests.fakes import FLOWER


class StandIn:
    """Sees a flower in everything."""

    limits = LIMITS

    def prepare(self) -> None:
        """Is ready at once."""

    def predict(self, image: ImageRef) -> Prediction:
        with Path(sys.argv[1]).open("a") as begun:
            print(image.key, file=begun)
        time.sleep(float(Path(image.key).stem.removesuffix("s").rpartition("-")[2]))
        return FLOWER


if __name__ == "__main__":
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    vars(composition)["face_predictor"] = lambda *_, **__: StandIn()
    sys.exit(main())
