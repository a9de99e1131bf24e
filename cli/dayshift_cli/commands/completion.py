"""`dayshift completion`: what a shell needs to complete our commands and options."""

import click
from click.shell_completion import get_completion_class


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the completion script of a shell.

    \b
    Examples:
      eval "$(dayshift completion bash)"                                    # in ~/.bashrc
      eval "$(dayshift completion zsh)"                                     # in ~/.zshrc
      dayshift completion fish > ~/.config/fish/completions/dayshift.fish
    """
    kind = get_completion_class(shell)
    if kind is not None:
        click.echo(kind(ctx.find_root().command, {}, "dayshift", "_DAYSHIFT_COMPLETE").source())
