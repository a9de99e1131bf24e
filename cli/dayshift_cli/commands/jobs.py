"""`dayshift jobs`: the jobs of models that are read at a service outside; the list is what is shown without a word."""

import click

from dayshift_cli.commands.jobs_cancel import cancel
from dayshift_cli.commands.jobs_list import list_jobs


class _Listing(click.Group):
    """A group whose first command is meant where none is named: `dayshift jobs pictures --follow`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Puts the word `list` before what is no command of ours, and no plea for help. A shell that completes an empty
        line is offered the commands."""
        first = args[0] if args else None
        is_meant = not ctx.resilient_parsing if first is None else first not in {*self.commands, *ctx.help_option_names}
        return super().parse_args(ctx, [str(list_jobs.name), *args] if is_meant else args)


@click.group(cls=_Listing)
def jobs() -> None:
    """Show and cancel jobs: the many images that a model of family gpu_job has read in one order at a service outside.

    `dayshift jobs` is `dayshift jobs list`: all that is open, and with --all what is over too; `dayshift jobs list
    --help` has its options. docs/jobs.md says how a job comes about and what becomes of it.

    \b
    Examples:
      dayshift --env dev jobs
      dayshift --env dev jobs pictures --follow
      dayshift --env dev jobs --all --output json | jq '{job, state, cost_usd}'
      dayshift --env dev jobs cancel 20261121-081500-1a2b3c4d
    """


for command in (list_jobs, cancel):
    jobs.add_command(command)
