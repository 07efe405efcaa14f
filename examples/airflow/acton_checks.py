"""Looks at each Act-On account after it was loaded: what runs downstream of acton.py, in small."""

from __future__ import annotations

from airflow.providers.common.sql.operators.sql import SQLCheckOperator
from airflow.sdk import DAG, Asset, Variable

for account in Variable.get("acton_accounts", deserialize_json=True):
    name = account["connection"]
    with DAG(f"{name}_checks", schedule=[Asset(name)], catchup=False, tags=["act-on"]):
        # With dbt: BashOperator(task_id="build", bash_command=f"dbt build --select source:{name}+")
        SQLCheckOperator(
            task_id="there_are_lists",
            conn_id="acton_warehouse",
            sql=f'SELECT count(*) FROM "{name}".lists',
        )
