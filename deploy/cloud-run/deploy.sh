#!/usr/bin/env bash
# Puts the job of job.yaml in place, and has Cloud Scheduler start it every five minutes. Safe to run again.
set -euo pipefail
cd "$(dirname "$0")"

project=${PROJECT:?PROJECT is the id of the Google Cloud project}
region=${REGION:-europe-west3}
# May start the job (roles/run.invoker), and nothing else.
starter=${STARTER:?STARTER is the service account that starts the job}

gcloud run jobs replace job.yaml --project "$project" --region "$region"

# Cloud Scheduler starts a job at least once: a second start finds nothing due, or waits for the lease.
schedule=(
  --project "$project"
  --location "$region"
  --schedule '*/5 * * * *'
  --time-zone Etc/UTC
  --uri "https://run.googleapis.com/v2/projects/$project/locations/$region/jobs/brazier:run"
  --http-method POST
  --oauth-service-account-email "$starter"
  --max-retry-attempts 0
  --attempt-deadline 60s
)
if gcloud scheduler jobs describe brazier --project "$project" --location "$region" > /dev/null 2>&1; then
  gcloud scheduler jobs update http brazier "${schedule[@]}"
else
  gcloud scheduler jobs create http brazier "${schedule[@]}"
fi
