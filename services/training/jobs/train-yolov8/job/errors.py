"""What stands in a job's way."""


class JobError(Exception):
    """A fault of the job's input. Its message says what is wrong and what to do about it."""


class JobStopped(Exception):
    """The job was told to end (SIGTERM) and did so; what it has reached is in its checkpoint."""
