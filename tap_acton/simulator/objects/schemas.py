"""Definitions of custom objects."""

from tap_acton.simulator.objects.common import BASE, find_schema, listed, route
from tap_acton.simulator.routing import Call
from tap_acton.simulator.wire import Reply, json_reply
from tap_acton.simulator.world.object_schemas import ObjectField, ObjectSchema


def schemas(call: Call) -> Reply:
    """All definitions."""
    return listed([_schema(each) for each in call.world.objects.schemas.values()])


def schema(call: Call) -> Reply:
    """One definition."""
    return json_reply(_schema(find_schema(call)))


def _schema(made: ObjectSchema) -> dict[str, object]:
    # An id, and the fields of the documented POST (SPEC CreateSchemaRequestDTO): guess.
    return {
        "id": made.id,
        "name": made.name,
        "description": made.description,
        "dataType": "RECORD",
        "fields": [_field(made, each) for each in made.fields],
        "requiredFields": [made.key],
        "uniqueFieldSet": [made.key],
        "eventTimestampField": "when",
        "primaryEmailField": "email",
        "externalIdField": None,
        "objectTypeField": None,
        "relationships": [
            {
                "name": "contact",
                "description": "",
                "type": made.relationship,
                "fieldName": "email",
                "fieldValue": None,
                "otherObject": "ActOnContacts",
                "otherFieldName": "email",
                "otherFieldValue": None,
                "properties": {},
            }
        ],
    }


def _field(made: ObjectSchema, field: ObjectField) -> dict[str, object]:
    return {
        "id": f"{made.id}.{field.name}",
        "name": field.name,
        "type": field.type,
        "description": "",
        "displayName": field.display_name,
        "properties": dict(field.properties),
        "extraData": None,
    }


ROUTES = (
    route(f"{BASE}/schema/all", schemas, "SPEC getAllSchemas; reply: guess"),
    route(f"{BASE}/schema/{{objectId}}", schema, "SPEC getSchema; reply: guess"),
)
