"""Runs what is due every five minutes, as a pod of the image.

Exit 75 (another run holds the lease) marks the task as skipped. Nothing is repeated by Airflow: exit 3 waits for a person,
4 has been sent, and after 1 the next start does what is left.
"""

from datetime import datetime, timedelta, timezone

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk import DAG  # Airflow 3; in Airflow 2: from airflow import DAG
from kubernetes.client import models as k8s

with DAG(
    dag_id="brazier",
    schedule="*/5 * * * *",
    start_date=datetime(2026, 1, 1, tzinfo=timezone.utc),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=4),
    tags=["braze"],
):
    KubernetesPodOperator(
        task_id="sync",
        name="brazier",
        image="registry.example.com/shop-brazier:1.0.0",
        arguments=["sync", "--due", "--wait", "10m"],
        env_from=[k8s.V1EnvFromSource(secret_ref=k8s.V1SecretEnvSource(name="brazier"))],
        # With Airflow's OpenLineage provider the run then shows up under this task:
        # env_vars={"OPENLINEAGE_PARENT_ID": "{{ macros.OpenLineageProviderPlugin.lineage_parent_id(task_instance) }}"},
        skip_on_exit_code=75,
        retries=0,
        # SIGTERM, then half a minute to settle what was sent.
        termination_grace_period=30,
        on_finish_action="delete_succeeded_pod",
        security_context={"runAsNonRoot": True, "runAsUser": 1000},
    )
