"""The command's door: the options before a command, the list of commands, and how an error ends."""

from pathlib import Path
from typing import Any

import click
from botocore.exceptions import BotoCoreError, ClientError

from dayshift.domain.errors import DayshiftError
from dayshift_cli import __version__
from dayshift_cli.commands.backfill import backfill
from dayshift_cli.commands.completion import completion
from dayshift_cli.commands.costs import costs
from dayshift_cli.commands.faces import faces
from dayshift_cli.commands.jobs import jobs
from dayshift_cli.commands.purge import purge
from dayshift_cli.commands.redrive import redrive
from dayshift_cli.commands.results import results
from dayshift_cli.commands.schedule import schedule
from dayshift_cli.commands.status import status
from dayshift_cli.commands.sweep import sweep
from dayshift_cli.commands.switch import auto, off, on
from dayshift_cli.commands.upload import upload
from dayshift_cli.errors import Failure, own_sentence, sentence
from dayshift_cli.session import Options, Session, machine_now


class Door(click.Group):
    """A group in which every error AWS raises ends in one line; with --debug in its traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command; raises Failure instead of an error of AWS, of the way to it, or of our own parts."""
        try:
            return super().invoke(ctx)
        except (ClientError, BotoCoreError, DayshiftError) as error:
            if ctx.params.get("debug"):
                raise
            words = own_sentence(error) if isinstance(error, DayshiftError) else sentence(error)
            raise Failure(words) from error


@click.group(
    cls=Door,
    context_settings={"auto_envvar_prefix": "DAYSHIFT", "help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done, 1 error, 2 wrong usage, 3 done in part, 4 timed out. "
    "Every option can be set in the environment, for example DAYSHIFT_ENV=dev or DAYSHIFT_UPLOAD_MODEL=signs.",
)
@click.option(
    "--env", metavar="NAME",
    help="The environment, found by its SSM parameter; `local`, and what begins with `local-`, is the local AWS.",
)  # fmt: skip
@click.option("--name", default="dayshift", show_default=True, help="The project name that was applied.")
@click.option(
    "--terraform-dir", type=click.Path(file_okay=False, path_type=Path), default="terraform", show_default=True,
    help="Without --env: the folder of the applied Terraform configuration.",
)  # fmt: skip
@click.option(
    "--local-dir", type=click.Path(file_okay=False, path_type=Path),
    help="With --env local: the folder of the local AWS; else .dayshift/ and the environment's name.",
)  # fmt: skip
@click.option("--region", help="The AWS region; else the deployment's, else that of the AWS configuration.")
@click.option("--profile", help="The profile of the AWS configuration.")
@click.option("--endpoint-url", metavar="URL", help="Another endpoint for every AWS service.")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.version_option(__version__, prog_name="dayshift")
@click.pass_context
def cli(ctx: click.Context, /, **options: Any) -> None:
    """Images in, labels and text out: upload images to a Dayshift deployment and look after it.

    \b
    Examples:
      dayshift --env dev upload photos/ --model signs --wait
      dayshift --env dev results --since 2h --output csv > results.csv
      dayshift --env local status
    """
    ctx.obj = Session(Options(**options), ctx.obj or machine_now)


for command in (
    upload, results, status, on, off, auto, schedule, costs, jobs, faces, redrive, sweep, backfill, purge, completion,
):  # fmt: skip
    cli.add_command(command)
