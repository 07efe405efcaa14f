"""Custom objects: their datasets and rows, which tests may change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from threading import RLock

from tap_acton.simulator.clock import Clock
from tap_acton.simulator.options import Options
from tap_acton.simulator.world.dice import Dice
from tap_acton.simulator.world.moments import FIRST_MS, LAST_MS
from tap_acton.simulator.world.object_schemas import ObjectSchema, make_schemas, sample_values


@dataclass(frozen=True, kw_only=True, slots=True)
class ObjectRow:
    """One row; `values` are by name of field, moments in milliseconds."""

    id: str
    number: int
    values: Mapping[str, object] = field(repr=False)
    created_ms: int
    updated_ms: int


@dataclass(kw_only=True, slots=True)
class Dataset:
    """A set of rows of one custom object, in the order in which they came."""

    id: str
    name: str
    schema: ObjectSchema
    is_default: bool
    job_id: str
    failed_job_id: str
    rows: dict[str, ObjectRow] = field(default_factory=dict)
    next_number: int = 0


class CustomObjects:
    """All custom objects; methods that change rows are thread-safe."""

    def __init__(self, options: Options, emails: Sequence[str], clock: Clock, lock: RLock) -> None:
        """Generate objects, datasets and rows; rows belong to contacts with the given addresses."""
        self._emails = emails
        self._clock = clock
        self._lock = lock
        schemas = make_schemas(options.seed, options.custom_objects)
        self.schemas = {made.id: made for made in schemas}
        self.datasets: dict[str, Dataset] = {}
        for schema in self.schemas.values():
            for name in ("Main", "Archive"):
                made = _dataset(schema, name, options.custom_object_rows, emails)
                self.datasets[made.id] = made

    def dataset(self, object_id: str, identifier: str) -> Dataset | None:
        """The dataset of an object with this id or name."""
        return next(
            (
                each
                for each in self.datasets.values()
                if each.schema.id == object_id and identifier in {each.id, each.name}
            ),
            None,
        )

    def insert(self, dataset_id: str, values: Mapping[str, object] | None = None) -> str:
        """Add a row and return its id; without values it is made up.

        Raises:
            KeyError: if there is no such dataset.
            ValueError: if the object has no such field.
        """
        with self._lock:
            target, now_ms = self.datasets[dataset_id], self._clock.now_ms()
            if values is None:
                values = sample_values(target.schema, target.id, target.next_number, self._emails)
            made = _checked(target, values)
            return _append(target, made, created_ms=now_ms, updated_ms=now_ms)

    def update(self, row_id: str, values: Mapping[str, object] | None = None) -> None:
        """Change values by name; without values only the date of the update changes.

        Raises:
            KeyError: if there is no such row.
            ValueError: if the object has no such field.
        """
        with self._lock:
            target = self._holder(row_id)
            old = target.rows[row_id]
            new = {**old.values, **_checked(target, values or {})}
            target.rows[row_id] = replace(old, values=new, updated_ms=self._clock.now_ms())

    def delete(self, row_id: str) -> None:
        """Delete a row; its id is never used again.

        Raises:
            KeyError: if there is no such row.
        """
        with self._lock:
            del self._holder(row_id).rows[row_id]

    def row_ids(self, dataset_id: str) -> tuple[str, ...]:
        """The ids of the rows of a dataset.

        Raises:
            KeyError: if there is no such dataset.
        """
        return tuple(self.datasets[dataset_id].rows)

    def _holder(self, row_id: str) -> Dataset:
        return self.datasets[row_id.rpartition(":")[0]]


def _dataset(schema: ObjectSchema, name: str, count: int, emails: Sequence[str]) -> Dataset:
    dice = Dice("dataset", schema.id, name)
    made = Dataset(
        id=dice.uuid(),
        name=name,
        schema=schema,
        is_default=name == "Main",
        job_id=dice.uuid(),
        failed_job_id=dice.uuid(),
    )
    for number in range(count):
        created_ms = dice.between(FIRST_MS, LAST_MS)
        values = sample_values(schema, made.id, number, emails)
        late_ms = dice.between(created_ms, LAST_MS) if dice.chance(25) else created_ms
        _append(made, values, created_ms=created_ms, updated_ms=late_ms)
    return made


def _append(
    target: Dataset, values: Mapping[str, object], *, created_ms: int, updated_ms: int
) -> str:
    number = target.next_number
    target.next_number += 1
    row = ObjectRow(
        id=f"{target.id}:{number:x}",
        number=number,
        values=values,
        created_ms=created_ms,
        updated_ms=updated_ms,
    )
    target.rows[row.id] = row
    return row.id


def _checked(target: Dataset, values: Mapping[str, object]) -> Mapping[str, object]:
    for name in values:
        if target.schema.field_named(name) is None:
            msg = f"{target.schema.name} has no field {name!r}"
            raise ValueError(msg)
    return values
