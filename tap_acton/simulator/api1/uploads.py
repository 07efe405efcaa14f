"""How uploads of lists and custom events went."""

import json
from collections.abc import Sequence

from tap_acton.simulator.csvtext import csv_reply
from tap_acton.simulator.envelopes import refuse
from tap_acton.simulator.routing import Call, Route
from tap_acton.simulator.wire import Reply, json_reply
from tap_acton.simulator.world.uploads import DONE, Upload


def list_status(call: Call) -> Reply:
    """How the upload of a list went; a job that is not done is a reply of status 200 too."""
    return _status(_find(call.world.uploads.lists, call.names["jobid"]))


def event_status(call: Call) -> Reply:
    """How an upload of custom events went, in the shape that lists have (guess)."""
    return _status(_find(call.world.uploads.events, call.names["id"]))


def rejected(call: Call) -> Reply:
    """The rows of an upload that were refused; columns and error are guesses."""
    for each in call.world.uploads.lists:
        if each.state == DONE and each.file == call.param("filename"):
            return csv_reply(("E-mail Address", "Reason"), each.rejected)
    raise refuse(10017)


def _find(uploads: Sequence[Upload], job_id: str) -> Upload:
    for each in uploads:
        if each.id == job_id:
            return each
    raise refuse(10017)


def _status(upload: Upload) -> Reply:
    if upload.state != DONE:
        return json_reply({"status": f"The job is {upload.state}"})
    details = {
        "status": "ok",
        "listId": upload.list_id,
        "appendCount": upload.appended,
        "updateCount": upload.updated,
        "failedCount": 0,
        "rejectedCount": len(upload.rejected),
        # "the name of the file in the response" (SPEC); the name of this field is a guess.
        "rejectedRecordsUrl": upload.file,
    }
    text = json.dumps(details, separators=(",", ":"))
    return json_reply({"status": "success", "jobDetails": text, "details": details})


ROUTES = (
    Route(
        method="GET",
        path="/api/1/list/{jobid}/status",
        handler=list_status,
        source="SPEC get-list-upload-status",
    ),
    Route(
        method="GET",
        path="/api/1/list/rejectedUploadRecords",
        handler=rejected,
        source="guess; path: SPEC get-rejected-records-from-an-upload",
    ),
    Route(
        method="GET",
        path="/api/1/customevents/{id}/status",
        handler=event_status,
        source="guess; path: SPEC get-upload-custom-event-status",
    ),
)
