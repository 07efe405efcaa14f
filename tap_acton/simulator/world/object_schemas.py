"""Definitions of custom objects and of their fields (SPEC CreateSchemaRequestDTO)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from tap_acton.simulator.world.dice import Dice
from tap_acton.simulator.world.moments import FIRST_MS, LAST_MS

ONE_TO_ONE: Final = "one-to-one"
ONE_TO_MANY: Final = "one-to-many"


@dataclass(frozen=True, kw_only=True, slots=True)
class ObjectField:
    """One field of a custom object (SPEC FieldDefinitionDTO)."""

    name: str
    type: str
    display_name: str
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class ObjectSchema:
    """One custom object; its rows belong to contacts by e-mail address."""

    id: str
    name: str
    description: str
    relationship: str
    key: str
    fields: tuple[ObjectField, ...]

    def field_named(self, name: str) -> ObjectField | None:
        """The field with this name."""
        return next((each for each in self.fields if each.name == name), None)


# JSON, ENUM, STRING_ARRAY, DATE, DATETIME and CURRENCY are documented types; the others are
# guesses.
_COMMON: Final = (
    ObjectField(name="email", type="STRING", display_name="E-mail"),
    ObjectField(name="when", type="DATETIME", display_name="When", properties={"timezone": "UTC"}),
    ObjectField(name="day", type="DATE", display_name="Day", properties={"format": "yyyy-MM-dd"}),
    ObjectField(
        name="amount", type="CURRENCY", display_name="Amount", properties={"currencyCode": "USD"}
    ),
    ObjectField(name="pieces", type="NUMBER", display_name="Pieces"),
    ObjectField(name="paid", type="BOOLEAN", display_name="Paid"),
    ObjectField(
        name="state",
        type="ENUM",
        display_name="State",
        properties={"enumName": "State", "enumValues": "new,open,closed"},
    ),
    ObjectField(
        name="tags", type="STRING_ARRAY", display_name="Tags", properties={"CSVSeparator": "comma"}
    ),
    ObjectField(name="extra", type="JSON", display_name="Extra", properties={"format": "json"}),
)
_NAMED: Final = (
    ("Membership", "One membership of each contact", ONE_TO_ONE),
    ("Orders", "What contacts have ordered", ONE_TO_MANY),
)
_STATES: Final = ("new", "open", "closed")


def make_schemas(seed: int, count: int) -> Iterator[ObjectSchema]:
    """So many custom objects; from the third on they look like the second."""
    for number in range(count):
        name, description, relationship = _NAMED[min(number, len(_NAMED) - 1)]
        name = name if number < len(_NAMED) else f"{name} {number}"
        key = f"{name.lower().replace(' ', '_')}_id"
        first = ObjectField(name=key, type="STRING", display_name=f"{name} Id")
        yield ObjectSchema(
            id=Dice("object", seed, number).uuid(),
            name=name,
            description=description,
            relationship=relationship,
            key=key,
            fields=(first, *(replace(each) for each in _COMMON)),
        )


def sample_values(
    schema: ObjectSchema, dataset_id: str, number: int, emails: Sequence[str]
) -> dict[str, object]:
    """Values of all fields for a made-up row of a dataset; moments are in milliseconds.

    One row in ten belongs to none of the addresses.
    """
    dice = Dice("object row", dataset_id, number)
    moment = dice.between(FIRST_MS, LAST_MS)
    return {
        schema.key: f"{schema.name[:1].upper()}-{number:05d}",
        "email": _address(dice, number, emails),
        "when": moment,
        "day": f"20{dice.between(20, 26)}-{dice.between(1, 12):02d}-{dice.between(1, 28):02d}",
        "amount": dice.between(0, 10**6) / 100,
        "pieces": dice.between(0, 40),
        "paid": dice.chance(50),
        "state": dice.pick(_STATES),
        "tags": [f"tag {at}" for at in range(dice.between(0, 3))],
        "extra": {"note": dice.pick(("", "gift", "“rush”"))} if dice.chance(70) else None,
    }


def _address(dice: Dice, number: int, emails: Sequence[str]) -> str:
    if dice.chance(10) or not emails:
        return f"nobody{number}@acton.example"
    return dice.pick(emails)
