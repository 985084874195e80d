"""Brazier as an asset: each materialization runs what is due and says what was sent.

Exit 75 (another run holds the lease) materializes nothing, so what is downstream is skipped. Nothing is repeated: exit 3
waits for a person, 4 has been sent, and after 1 the next start does what is left.
"""

import json
import subprocess
from pathlib import Path

import dagster as dg

# Where the project was cloned, and npm ci has run.
PROJECT = Path("/srv/shop")
COMMAND = ["node_modules/.bin/node", "bin/brazier.mjs", "sync", "--due", "--wait", "10m", "--json"]

LEASE_HELD = 75


@dg.asset(output_required=False, group_name="braze", kinds={"braze", "sql"})
def braze(context: dg.AssetExecutionContext):
    """Audiences and user properties in Braze, in step with the warehouse."""
    process = subprocess.Popen(COMMAND, cwd=PROJECT, stdout=subprocess.PIPE, text=True)
    try:
        printed, _ = process.communicate()
    finally:
        # Told to stop: Brazier settles what was sent before it leaves.
        if process.poll() is None:
            process.terminate()
            process.wait(timeout=30)
    if process.returncode == LEASE_HELD:
        context.log.info("another run holds the lease; nothing was sent here")
        return
    report = json.loads(printed)
    if process.returncode != 0:
        raise dg.Failure(
            description=f"brazier sync ended with exit code {process.returncode}",
            metadata={"report": dg.MetadataValue.json(report)},
            allow_retries=False,
        )
    yield dg.MaterializeResult(
        metadata={
            "run": report["run"] or "nothing was due",
            "people": report["objects"],
            "requests": report["requests"],
            "data_points": report["data_points"],
            "syncs": dg.MetadataValue.json(report["syncs"]),
        }
    )


every_five_minutes = dg.ScheduleDefinition(
    name="brazier",
    target=[braze],
    cron_schedule="*/5 * * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)

defs = dg.Definitions(assets=[braze], schedules=[every_five_minutes])
