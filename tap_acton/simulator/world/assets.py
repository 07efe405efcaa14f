"""Forms, pages, programs, campaigns, files, logos, headers and footers: data that stays still."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from tap_acton.simulator.options import Options
from tap_acton.simulator.world import names
from tap_acton.simulator.world.dice import Dice
from tap_acton.simulator.world.moments import FIRST_MS, LAST_MS

PROGRAM_TYPES: Final = ("TRACK", "EVENT", "LIST_MAINT")
# tr- is documented (HC 1500003947281); the other two prefixes are guesses.
_PROGRAM_PREFIX: Final = {"TRACK": "tr", "EVENT": "ev", "LIST_MAINT": "lm"}
_DELETED: Final = (
    "forms", "pages", "campaigns", "images", "media", "logos", "headers", "footers",
)  # fmt: skip
_STATES: Final = ("draft", "running", "stopped")


@dataclass(frozen=True, kw_only=True, slots=True)
class Asset:
    """Something with an id, a name, a folder and two dates; the rest depends on its kind."""

    id: str
    name: str
    folder: str
    created_ms: int
    modified_ms: int
    description: str = ""
    size: int = 0
    link: str = ""
    state: str = ""
    html: str = ""
    text: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Assets:
    """All assets of the account by kind."""

    forms: tuple[Asset, ...]
    pages: tuple[Asset, ...]
    programs: dict[str, tuple[Asset, ...]]
    campaigns: tuple[Asset, ...]
    images: tuple[Asset, ...]
    media: tuple[Asset, ...]
    logos: tuple[Asset, ...]
    headers: tuple[Asset, ...]
    footers: tuple[Asset, ...]

    def stored(self, kind: str, asset: Asset) -> "Assets":
        """The assets with one of a kind, in the place of that with its id, if there is one."""
        found: tuple[Asset, ...] = getattr(self, kind)
        if any(each.id == asset.id for each in found):
            kept = tuple(asset if each.id == asset.id else each for each in found)
        else:
            kept = (*found, asset)
        changed: dict[str, Any] = {kind: kept}
        return replace(self, **changed)

    def without(self, kind: str, asset_id: str) -> "Assets":
        """The assets without one of a kind; programs are of three kinds and stay.

        Raises:
            KeyError: if there is no such asset.
            ValueError: if the kind is unknown.
        """
        found = getattr(self, kind, None) if kind in _DELETED else None
        if found is None:
            msg = f"no kind {kind!r}; known: {', '.join(_DELETED)}"
            raise ValueError(msg)
        kept = tuple(each for each in found if each.id != asset_id)
        if len(kept) == len(found):
            raise KeyError(asset_id)
        changed: dict[str, Any] = {kind: kept}
        return replace(self, **changed)


def make_assets(options: Options) -> Assets:
    """Generate all assets."""
    seed = options.seed
    return Assets(
        forms=_plain(Dice("forms", seed), options.forms, "", names.FORMS),
        pages=_plain(Dice("pages", seed), options.pages, "p-", names.PAGES),
        programs={kind: _programs(kind, options) for kind in PROGRAM_TYPES},
        campaigns=_plain(Dice("campaigns", seed), options.campaigns, "c-", names.TITLES),
        images=tuple(_files(Dice("images", seed), options.images, "jpg")),
        media=tuple(_media(Dice("media", seed), options.media)),
        logos=tuple(_logos(Dice("logos", seed), options.logos)),
        headers=tuple(_stationery(Dice("headers", seed), "Header", options.categories + 1)),
        footers=tuple(_stationery(Dice("footers", seed), "Footer", 2)),
    )


def by_folder(assets: Sequence[Asset]) -> dict[str, list[Asset]]:
    """Assets grouped by folder, in order of first appearance."""
    folders: dict[str, list[Asset]] = {}
    for asset in assets:
        folders.setdefault(asset.folder, []).append(asset)
    return folders


def _plain(dice: Dice, count: int, prefix: str, titles: Sequence[str]) -> tuple[Asset, ...]:
    """Assets named from a list of titles; without a prefix the id is a UUID."""
    return tuple(
        _asset(
            dice,
            f"{prefix}{number + 1:04x}" if prefix else dice.uuid(),
            _name(titles, number),
        )
        for number in range(count)
    )


def _programs(kind: str, options: Options) -> tuple[Asset, ...]:
    dice = Dice("programs", options.seed, kind)
    prefix = f"{_PROGRAM_PREFIX[kind]}-"
    programs = _plain(dice, options.programs, prefix, names.TITLES)
    return tuple(replace(program, state=dice.pick(_STATES)) for program in programs)


def _files(dice: Dice, count: int, ending: str) -> Iterator[Asset]:
    for number in range(count):
        name = f"{_name(names.FILES, number)}.{ending}"
        file = _asset(dice, f"f-{dice.uuid()}", name)
        yield replace(file, size=dice.between(1000, 3_000_000))


def _media(dice: Dice, count: int) -> Iterator[Asset]:
    # Every other one is a link: it has a target and no size.
    yield from _files(dice, (count + 1) // 2, "pdf")
    for number in range(count // 2):
        link = _asset(dice, f"u-{dice.uuid()}", _name(names.PAGES, number))
        yield replace(link, link=names.LINKS[number % len(names.LINKS)])


def _logos(dice: Dice, count: int) -> Iterator[Asset]:
    for number in range(count):
        logo = _asset(dice, f"i-{number + 4}", f"Act-On Logo {number + 1}")
        yield replace(logo, link="https://www.act-on.com/")


def _stationery(dice: Dice, word: str, count: int) -> Iterator[Asset]:
    # Integer ids as text; 0 is the default one (SPEC get-a-footer).
    for number in range(count):
        name = f"{word} {number}" if number else f"Default {word}"
        yield _asset(dice, str(number), name)


def _asset(dice: Dice, asset_id: str, name: str) -> Asset:
    created_ms = dice.between(FIRST_MS, LAST_MS)
    return Asset(
        id=asset_id,
        name=name,
        folder=dice.pick(names.FOLDERS),
        created_ms=created_ms,
        modified_ms=dice.between(created_ms, LAST_MS),
    )


def _name(titles: Sequence[str], number: int) -> str:
    again = number // len(titles)
    return titles[number % len(titles)] + (f" ({again + 1})" if again else "")
