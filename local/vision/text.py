"""Reads text with RapidOCR, whose models come with its package (PP-OCR, Apache-2.0)."""

import numpy as np
from rapidocr import RapidOCR

from local.vision.findings import TextLine
from local.vision.images import Picture

# Below it are mostly window frames and tiles taken for letters; short finds are noise more often still.
MINIMUM_CONFIDENCE_PERCENT, MINIMUM_CONFIDENCE_PERCENT_SHORT, SHORT = 80.0, 93.0, 2
# RapidOCR's default enlarges small images to 736 pixels: 0.9 s for one of 600 × 400 on a core, against 0.35 s so,
# with the same text read. Larger images are looked for text in this size, and read in their own.
SIDE_PIXELS = 960


class TextReader:
    """Reads an image's lines; safe to call from several threads (the sessions are, and nothing else is kept)."""

    def __init__(self) -> None:
        self._engine = RapidOCR(
            params={
                "Global.log_level": "error",
                "Global.use_cls": False,  # it turns upside-down lines; Rekognition does not read them either
                "Global.text_score": MINIMUM_CONFIDENCE_PERCENT / 100,
                "Det.limit_type": "max",
                "Det.limit_side_len": SIDE_PIXELS,
                "EngineConfig.onnxruntime.intra_op_num_threads": 1,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            }
        )

    def read(self, picture: Picture) -> tuple[TextLine, ...]:
        """The lines from top to bottom."""
        found = self._engine(np.ascontiguousarray(picture.rgb[:, :, ::-1]))
        if found.boxes is None or found.txts is None or found.scores is None:
            return ()
        size = (picture.width, picture.height)
        lines = (
            TextLine(text.strip(), float(score) * 100, tuple((x / size[0], y / size[1]) for x, y in box.tolist()))
            for box, text, score in zip(found.boxes, found.txts, found.scores, strict=True)
        )
        return tuple(line for line in lines if _is_likely(line))


def _is_likely(line: TextLine) -> bool:
    return len(line.text) > SHORT or line.confidence_percent >= MINIMUM_CONFIDENCE_PERCENT_SHORT
