"""Family `face_fleet`: whose faces an image shows, by a gallery of photographs, recognised on workers of one's own.

What looks at pixels is a FaceFinder, and only workers have one (bootstrap/faces). Functions know LIMITS, and no more.
"""

from typing import TYPE_CHECKING

from dayshift.adapters.gallery import Looking, S3Gallery
from dayshift.adapters.image_bytes import read_image
from dayshift.domain.detections import Prediction
from dayshift.domain.errors import ConfigurationError
from dayshift.domain.faces import checked_distance, recognised
from dayshift.domain.image_header import check_header
from dayshift.domain.images import ImageRef, Limits
from dayshift.domain.model import ModelSpec

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# Ours, not a service's: as Rekognition's, so that an image which one of them reads is read by the other. A face of
# 40 pixels is the smallest that is found (faces/recogniser).
LIMITS = Limits(maximum_bytes=15 * 1024 * 1024, minimum_pixels=40, maximum_pixels=10_000, formats=("jpeg", "png"))
COST_USD = 0.0  # of an image: the machines are paid by the hour
USUAL_DISTANCE = 0.6


class FaceFleetPredictor:
    """Recognises the faces in images. Any number of threads may ask at once."""

    limits = LIMITS

    def __init__(self, s3: "S3Client", model: ModelSpec, looking: Looking | None = None) -> None:
        self._s3, self._looking = s3, looking
        self._maximum_distance = checked_distance(model.options.get("maximum_distance", USUAL_DISTANCE))
        self._gallery = S3Gallery(s3, model, looking) if looking else None

    def prepare(self) -> None:
        """Loads the model wherever it runs, so that no image waits for it. Raises ClosedError."""
        if self._looking:
            self._looking.finder.start()

    def predict(self, image: ImageRef) -> Prediction:
        """One GET and one look. Raises PermanentError, GoneError, TransientError, or ClosedError while no image can be
        read."""
        return self.predict_bytes(read_image(self._s3, image))

    def predict_bytes(self, content: bytes) -> Prediction:
        """The same for bytes that lie nowhere."""
        check_header(content, self.limits)
        if self._looking is None or self._gallery is None:
            raise ConfigurationError("faces are recognised by the workers of a face_fleet, never by a function")
        gallery = self._gallery.now()
        faces = self._looking.finder.faces(content)
        return Prediction(
            recognised(faces, gallery.known, self._maximum_distance), f"gallery {gallery.fingerprint[:12]}", COST_USD
        )

    def close(self) -> None:
        """Ends what runs beside this process."""
        if self._looking:
            self._looking.finder.close()
