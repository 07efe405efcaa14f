"""Datasets of custom objects, and the jobs that filled them. All replies are guesses."""

from collections.abc import Iterable

from tap_acton.simulator.csvtext import csv_reply
from tap_acton.simulator.objects.common import BASE, find_schema, listed, refuse, route
from tap_acton.simulator.routing import Call
from tap_acton.simulator.timetext import iso
from tap_acton.simulator.wire import Reply, json_reply
from tap_acton.simulator.world.moments import FIRST_MS
from tap_acton.simulator.world.objects import Dataset


def all_datasets(call: Call) -> Reply:
    """The datasets of all objects."""
    return _listed(call.world.objects.datasets.values())


def datasets(call: Call) -> Reply:
    """The datasets of one object."""
    schema = find_schema(call)
    found = call.world.objects.datasets.values()
    return _listed(each for each in found if each.schema.id == schema.id)


def dataset(call: Call) -> Reply:
    """One dataset by its id or name."""
    return json_reply(_dataset(find_dataset(call, call.names["identifier"])))


def find_dataset(call: Call, identifier: str) -> Dataset:
    """The dataset of the object in the path.

    Raises:
        RefusedError: 404, if there is none.
    """
    found = call.world.objects.dataset(call.names["objectId"], identifier)
    if found is None:
        raise refuse(call, 404, "Dataset or object not found")
    return found


def job_status(call: Call) -> Reply:
    """How a job went; one that failed names its report (SPEC, in words)."""
    found, failed = _job(call)
    done = {
        "jobId": call.names["jobId"],
        "status": "FAILED" if failed else "COMPLETED",
        "objectId": found.schema.id,
        "datasetId": found.id,
    }
    path = call.request.path.replace("/data/status/", "/data/report/")
    return json_reply({**done, "reportUrl": path} if failed else done)


def job_report(call: Call) -> Reply:
    """The rows that a job refused, as a file."""
    _, failed = _job(call)
    return csv_reply(("line", "error"), [("2", "Invalid date")] if failed else [])


def _job(call: Call) -> tuple[Dataset, bool]:
    job_id = call.names["jobId"]
    for each in call.world.objects.datasets.values():
        if job_id in {each.job_id, each.failed_job_id}:
            return each, job_id == each.failed_job_id
    # SPEC declares no 404 here.
    raise refuse(call, 400, "Unknown job")


def _listed(found: Iterable[Dataset]) -> Reply:
    return listed([_dataset(each) for each in found])


def _dataset(made: Dataset) -> dict[str, object]:
    changed_ms = max((row.updated_ms for row in made.rows.values()), default=FIRST_MS)
    return {
        "id": made.id,
        "name": made.name,
        "description": f"{made.schema.name}: {made.name}",
        "isDefault": made.is_default,
        "objectId": made.schema.id,
        "recordCount": len(made.rows),
        "createdAt": iso(FIRST_MS),
        "updatedAt": iso(changed_ms),
    }


ROUTES = (
    route(f"{BASE}/data/all", all_datasets, "SPEC listAllDatasets; reply: guess"),
    route(f"{BASE}/data/status/{{jobId}}", job_status, "SPEC getJobStatus; reply: guess"),
    route(f"{BASE}/data/report/{{jobId}}", job_report, "SPEC getJobReport; reply: guess"),
    route(f"{BASE}/data/{{objectId}}/all", datasets, "SPEC listDatasetsBySchemaId; reply: guess"),
    route(
        f"{BASE}/data/{{objectId}}/{{identifier}}", dataset, "SPEC describeDataset; reply: guess"
    ),
)
