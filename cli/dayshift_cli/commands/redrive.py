"""`dayshift redrive`: a model's dead letters, or those of archives, go back to their queue."""

from dataclasses import dataclass

import click

from dayshift_cli import queues, redriving
from dayshift_cli.render import Meter, say
from dayshift_cli.session import Session


@dataclass(frozen=True, slots=True)
class _Queues:
    """A queue and its dead-letter queue, and of what they are."""

    name: str
    queue_url: str
    dlq_url: str


@click.command()
@click.argument("model", required=False)
@click.option("--archives", is_flag=True, help="Those of archives, of all models, instead of a model's.")
@click.option("--by-hand", is_flag=True, help="Receive, send and delete from here, where SQS cannot move them itself.")
@click.option(
    "--timeout", metavar="SECONDS", type=click.FloatRange(min=0), default=3600, show_default=True,
    help="How long to follow the move; it goes on without us.",
)  # fmt: skip
@click.pass_obj
def redrive(session: Session, model: str | None, archives: bool, by_hand: bool, timeout: float) -> None:
    """Move a model's dead letters back to its queue, once what put them there is mended.

    SQS moves them itself; a move that is running already is followed to its end. MODEL may be left out if there is
    only one.

    \b
    Examples:
      dayshift --env dev redrive signs
      dayshift --env dev redrive --archives
      dayshift --env local redrive signs --by-hand
    """
    target = _archives(session, model) if archives else _of_model(session, model)
    waiting = queues.depth(session.clients.sqs, target.dlq_url).total
    if by_hand:
        _by_hand(session, target, waiting)
    else:
        _by_task(session, target, waiting, timeout)


def _of_model(session: Session, name: str | None) -> _Queues:
    model = session.model(name)
    return _Queues(model.name, model.queue_url, model.dlq_url)


def _archives(session: Session, model: str | None) -> _Queues:
    if model is not None:
        raise click.UsageError("Archives of all models share one queue: name a model or give --archives, not both.")
    found = session.deployment.archives
    if found is None:
        raise click.UsageError("This deployment takes no archives yet; apply the Terraform configuration again.")
    return _Queues("archives", found.queue_url, found.dlq_url)


def _by_hand(session: Session, model: _Queues, waiting: int) -> None:
    moved = 0
    with Meter("Moving", waiting) as meter:

        def count(messages: int) -> None:
            nonlocal moved
            moved += messages
            meter.advance(messages)

        redriving.move_by_hand(session.clients.sqs, model.dlq_url, model.queue_url, count)
    say(f"Moved {moved} messages from the dead-letter queue to the queue of {model.name}.")


def _by_task(session: Session, model: _Queues, waiting: int, timeout: float) -> None:
    sqs = session.clients.sqs
    source, target = queues.arn(sqs, model.dlq_url), queues.arn(sqs, model.queue_url)
    if not waiting:
        say(f"There are no dead letters of {model.name}; nothing to move.")
        return
    if not redriving.start(sqs, source, target):
        say("A move is running already; following it.")
    with Meter("Moving", waiting) as meter:
        shown = 0

        def progressed(move: redriving.Move) -> None:
            nonlocal shown
            meter.advance(move.moved - shown)
            shown = move.moved

        move = redriving.follow(sqs, source, timeout, progressed)
    say(f"Moved {move.moved} messages from the dead-letter queue to the queue of {model.name}.")
