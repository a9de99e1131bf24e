"""`python -m local up | up-fleet | down | status`: the local AWS, left running until it is stopped."""

import shlex
import sys
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from local.deploying import Deployment
from local.errors import LocalAwsError
from local.places import FLEET_VARIABLES, LOCAL_VARIABLES
from local.stack import LocalAws
from local.terraform import Step

console = Console(stderr=True, soft_wrap=True)


def deploy_with_bar(aws: LocalAws, var_file: Path = LOCAL_VARIABLES) -> Deployment:
    """Deploys these variables and shows how far it is."""
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

        return aws.deploy(var_file, progress=show)


def up() -> int:
    """Starts and deploys; prints how to use it."""
    return _up(LocalAws(), LOCAL_VARIABLES, "upload samples/signs --model signs --wait")


def up_fleet() -> int:
    """The same for the fleet, which lies in a folder of its own."""
    return _up(LocalAws.of_fleet(), FLEET_VARIABLES, 'faces enroll "Ada" ada.jpg')


def _up(aws: LocalAws, var_file: Path, words: str) -> int:
    started = aws.start()
    console.print("the local AWS " + ("is started" if started else "runs already"))
    applied = deploy_with_bar(aws, var_file).applied
    console.print("terraform: " + (f"applied envs/{var_file.name}" if applied else "nothing to change"))
    print(f"# The page: drop pictures    {aws.page_url}")
    print(f"# AWS (MiniStack)                    {aws.connection.endpoint_url}")
    print(f"# Rekognition, SageMaker, Auto Scaling, Scheduler  {aws.connection.service_endpoints['rekognition']}")
    print(f"# Try:   dayshift --env {var_file.stem} {words}        Stop: make down")
    print("# For the AWS CLI and any SDK:")
    for name, value in aws.connection.exports().items():
        print(f"export {name}={shlex.quote(value)}")
    return 0


def down() -> int:
    """Stops what runs, the fleet's too; its state is kept for the next start."""
    ran = [aws.stop() for aws in (LocalAws(), LocalAws.of_fleet())]
    console.print("the local AWS is stopped; its state is kept" if any(ran) else "the local AWS was not running")
    return 0


def status() -> int:
    """Says what runs; 1 if neither of the two does."""
    both = (LocalAws(), LocalAws.of_fleet())
    for process in (process for aws in both for process in (aws.emulator, aws.services)):
        pid = process.pid()
        console.print(
            f"{process.name:10} " + (f"runs, pid {pid}" if pid else "does not run") + f", log {process.log_file}"
        )
    return 0 if any(aws.is_running() for aws in both) else 1


VERBS = {"up": up, "up-fleet": up_fleet, "down": down, "status": status}


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
