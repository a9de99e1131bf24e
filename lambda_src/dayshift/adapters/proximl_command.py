"""The one command of a job's worker: what the user's own is wrapped in. Pure text.

The service's own way to fetch and to store wants keys of the account; two presigned URLs open one object each, for as
long as the job may take. The image needs sh, timeout, curl and python3, as every environment of proxiML's has.

    timeout -k 30 7200 sh -c 'fetch and unpack; timeout -k 30 7080 env -u … sh -c "python $ML_MODEL_PATH/predict.py"; …'

Both times are a backstop: the job ends by itself though nobody looks. What the command has written is stored also
where it failed or was cut off, since it is paid for.
"""

import shlex
from datetime import timedelta

from dayshift.domain.job_names import RESULTS_NAME

INPUT_URL, OUTPUT_URL = "DAYSHIFT_INPUT_URL", "DAYSHIFT_OUTPUT_URL"
KILL_SECONDS = 30  # from the signal to end until the one that ends by force
STORING_SECONDS = 120  # what is left of the time to bring the results back
CURL = "curl -fsS --connect-timeout 20 --retry 5 --retry-delay 2"


def wrapped(command: str, runs_at_most: timedelta) -> str:
    """The whole, as one line of sh. `command` is the user's own line of sh; it is given as it is."""
    whole = max(int(runs_at_most.total_seconds()), 2 * STORING_SECONDS)
    theirs = f"env -u {INPUT_URL} -u {OUTPUT_URL} sh -c {shlex.quote(command)}"
    brought = f'"$DAYSHIFT_OUTPUT/{RESULTS_NAME}"'
    script = "; ".join(
        (
            "set -eu",
            'work="$(mktemp -d)"',
            'export DAYSHIFT_INPUT="$work/input" DAYSHIFT_OUTPUT="$work/output"',
            'mkdir "$DAYSHIFT_INPUT" "$DAYSHIFT_OUTPUT"',
            f'{CURL} -o "$work/input.zip" "${INPUT_URL}"',
            'python3 -m zipfile -e "$work/input.zip" "$DAYSHIFT_INPUT"',
            'rm "$work/input.zip"',
            "status=0",
            f"timeout -k {KILL_SECONDS} {whole - STORING_SECONDS} {theirs} || status=$?",
            f'if [ -f {brought} ]; then {CURL} -T {brought} "${OUTPUT_URL}"',
            f"else echo there is no {brought} >&2",
            "status=1",
            "fi",
            'rm -r "$work"',
            'exit "$status"',
        )
    )
    return f"timeout -k {KILL_SECONDS} {whole} sh -c {shlex.quote(script)}"
