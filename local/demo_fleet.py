"""`make demo-fleet`: a fleet of workers on this machine, which comes with the images and goes without them.

Two people are enrolled, pictures are uploaded, reconcile's own ticks bring machines up; each boots by the same user
data as on EC2, reads what waits and says whom it sees. Ends with 0 only if each picture ended as it should and no
machine is left.
"""

import json
import sys
from collections.abc import Mapping

from rich.console import Console

from local.__main__ import deploy_with_bar
from local.demo import Stopwatch
from local.errors import LocalAwsError
from local.fleet_at_work import TO, FleetAtWork
from local.lived_fleet import LivedFleet
from local.outcomes import counts
from local.places import DEMO_RESULTS, FLEET_VARIABLES
from local.stack import LocalAws

MODEL = "faces"
console = Console(soft_wrap=True)


def run() -> int:
    """The whole demo; its exit code."""
    watch = Stopwatch()
    with LocalAws.of_fleet() as aws:
        watch.lap("start")
        console.print(f"The local AWS answers at {aws.connection.endpoint_url} ({watch.seconds['start']} s)")
        deployment = deploy_with_bar(aws, FLEET_VARIABLES)
        watch.lap("apply")
        done = "applied" if deployment.applied else "nothing to change"
        console.print(f"terraform apply: {done} ({watch.seconds['apply']} s)")
        fleet = LivedFleet(aws, deployment, MODEL)
        demo = FleetAtWork(aws, fleet, console)
        fleet.hold_the_clock()
        try:
            demo.enrol()
            demo.upload()
            watch.lap("upload")
            demo.work()
            watch.lap("all_results")
            demo.rest()
            watch.lap("to_zero")
        finally:
            fleet.let_the_clock_go()
        demo.save()
        faults = demo.faults()
    watch.end()
    return _summarise(demo, faults, watch.seconds)


def _summarise(demo: FleetAtWork, faults: list[str], seconds: Mapping[str, float]) -> int:
    outcomes = demo.outcomes()
    summary = {
        "uploaded": len(outcomes),
        "counts": counts(outcomes),
        "most_machines": demo.most_machines,
        "faults": faults,
        "seconds": dict(seconds),
    }
    (TO / "summary.json").write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
    for fault in faults:
        console.print(fault, style="red", markup=False)
    ended = ", ".join(f"{number} {status}" for status, number in counts(outcomes).items() if number)
    console.print(f"{ended}; up to {demo.most_machines} machines at once, none now", highlight=False)
    console.print(", ".join(f"{name} {value} s" for name, value in seconds.items()), highlight=False)
    console.print(f"Everything is in {DEMO_RESULTS.name}/{TO.name}/ (open {DEMO_RESULTS.name}/{TO.name}/index.html)")
    return 1 if faults else 0


def main() -> int:
    """Runs the demo; 1 also where the local AWS cannot start."""
    try:
        return run()
    except LocalAwsError as error:
        console.print(f"error: {error}", style="red", markup=False)
        return 1
    except KeyboardInterrupt:
        console.print("interrupted; what was started is stopped, its state is kept")
        return 130


if __name__ == "__main__":
    sys.exit(main())
