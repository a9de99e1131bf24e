"""`python -m local up | down | status`: the local AWS, left running until it is stopped."""

import shlex
import sys

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from local.deploying import Deployment
from local.errors import LocalAwsError
from local.stack import LocalAws
from local.terraform import Step

console = Console(stderr=True, soft_wrap=True)


def deploy_with_bar(aws: LocalAws) -> Deployment:
    """Deploys envs/local.tfvars and shows how far it is."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Bars(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        task = bars.add_task("terraform init", total=None)

        def show(step: Step) -> None:
            bars.update(task, completed=step.done, total=step.total or None, description=step.text.split(" ")[0][:60])

        return aws.deploy(progress=show)


def up() -> int:
    """Starts and deploys; prints how to use it."""
    aws = LocalAws()
    started = aws.start()
    console.print("the local AWS " + ("is started" if started else "runs already"))
    applied = deploy_with_bar(aws).applied
    console.print("terraform: " + ("applied envs/local.tfvars" if applied else "nothing to change"))
    print(f"# The page: drop pictures    {aws.page_url}")
    print(f"# AWS (MiniStack)                    {aws.connection.endpoint_url}")
    print(f"# Rekognition, SageMaker, Scheduler  {aws.connection.service_endpoints['rekognition']}")
    print("# Try:   dayshift --env local upload samples/signs --model signs --wait        Stop: make down")
    print("# For the AWS CLI and any SDK:")
    for name, value in aws.connection.exports().items():
        print(f"export {name}={shlex.quote(value)}")
    return 0


def down() -> int:
    """Stops what runs; its state is kept for the next start."""
    ran = LocalAws().stop()
    console.print("the local AWS is stopped; its state is kept" if ran else "the local AWS was not running")
    return 0


def status() -> int:
    """Says what runs; 1 if not all of it."""
    aws = LocalAws()
    for process in (aws.emulator, aws.services):
        pid = process.pid()
        console.print(
            f"{process.name:10} " + (f"runs, pid {pid}" if pid else "does not run") + f", log {process.log_file}"
        )
    return 0 if aws.is_running() else 1


VERBS = {"up": up, "down": down, "status": status}


def main(arguments: list[str]) -> int:
    """Runs one verb; 2 for a wrong one."""
    if len(arguments) != 1 or arguments[0] not in VERBS:
        console.print(f"usage: python -m local {' | '.join(VERBS)}; got {' '.join(arguments) or 'nothing'}")
        return 2
    try:
        return VERBS[arguments[0]]()
    except LocalAwsError as error:
        console.print(f"error: {error}", style="red", markup=False)
        return 1
    except KeyboardInterrupt:
        console.print("interrupted; `make down` stops what was started")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
