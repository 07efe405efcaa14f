"""How much the account holds, for a tester who counts what a client has read."""

from tap_acton.simulator.world.contact_list import ContactList
from tap_acton.simulator.world.suppression import KINDS
from tap_acton.simulator.world.world import World


def summarize(world: World) -> dict[str, object]:
    """Counts by resource; lists and segments one by one."""
    assets = world.assets
    return {
        "lists": [_list_summary(each) for each in world.lists],
        "segments": [_segment_summary(world, segment_id) for segment_id in world.segments],
        "messages": world.mailbox.counts(),
        "suppressed": {kind: len(world.suppressed(kind)) for kind in KINDS},
        "category_opt_outs": {each.name: len(each.opted_out) for each in world.categories},
        "contacts": len(world.contacts),
        "contact_segments": {
            each.id: len(world.contact_segments.contacts(each, "inserted"))
            for each in world.contact_segments.all()
        },
        "custom_objects": {
            each.id: {"name": each.name, "object": each.schema.name, "rows": len(each.rows)}
            for each in world.objects.datasets.values()
        },
        "programs": {kind: len(programs) for kind, programs in assets.programs.items()},
        "senders": len(world.mailbox.senders),
        "categories": len(world.categories),
        "forms": len(assets.forms),
        "pages": len(assets.pages),
        "campaigns": len(assets.campaigns),
        "images": len(assets.images),
        "media": len(assets.media),
        "logos": len(assets.logos),
        "headers": len(assets.headers),
        "footers": len(assets.footers),
    }


def _list_summary(each: ContactList) -> dict[str, object]:
    return {
        "id": each.facts.id,
        "name": each.facts.name,
        "rows": len(each),
        "headers": list(each.facts.headings),
    }


def _segment_summary(world: World, segment_id: str) -> dict[str, object]:
    segment = world.segments[segment_id]
    found = world.find(segment_id)
    rows = found[0].view("inserted") if found else ()
    return {
        "id": segment.id,
        "name": segment.name,
        "list_id": segment.list_id,
        "rows": sum(segment.holds(row) for row in rows),
    }
