"""What can go wrong with the local AWS, each with a sentence that says what to do."""


class LocalAwsError(Exception):
    """The root of these errors; its text is shown to the person as it is."""


class RealCredentialsError(LocalAwsError):
    """Keys of a real account are within reach."""


class PortTakenError(LocalAwsError):
    """Another program listens where ours should."""


class StartError(LocalAwsError):
    """A process ended, or did not become ready."""


class TerraformError(LocalAwsError):
    """Terraform failed; the text holds what it said."""
