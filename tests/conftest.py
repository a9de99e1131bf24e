"""What powertools reads once, at import, as Terraform sets it."""

import os

os.environ["POWERTOOLS_SERVICE_NAME"] = "test"
os.environ["POWERTOOLS_METRICS_NAMESPACE"] = "Dayshift"
os.environ["POWERTOOLS_LOG_LEVEL"] = "INFO"
