"""Names made from what an account's users have typed."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tap_acton.names import column_names, snake_case, stream_names

BOUNDED = settings(max_examples=300, deadline=None, derandomize=True, database=None)
texts = st.text(max_size=12)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("E-mail Address", "e_mail_address"),
        ("First Name", "first_name"),
        ("bIsSforceReport", "b_is_sforce_report"),
        ("tsLastModified", "ts_last_modified"),
        ("HTMLBody", "html_body"),
        (".tz", "tz"),
        ("_CAMPAIGN", "campaign"),
        ("  padded  ", "padded"),
        ("Größe (cm)", "größe_cm"),
        ("名簿", "名簿"),
        ("Q1; Leads & <Partners> 100%", "q1_leads_partners_100"),
        ("2026 customers", "2026_customers"),
        ("!?", ""),
        ("", ""),
    ],
)
def test_words_are_joined_by_underscores(text: str, name: str) -> None:
    assert snake_case(text) == name


@BOUNDED
@given(texts)
def test_a_name_has_only_words_and_underscores(text: str) -> None:
    name = snake_case(text)
    assert all(letter.isalnum() or letter == "_" or not letter.isascii() for letter in name)
    assert name == name.strip("_")


# Columns


@BOUNDED
@given(st.lists(texts, unique=True), st.lists(texts.map(snake_case)))
def test_no_two_columns_share_a_name(labels: list[str], taken: list[str]) -> None:
    names = column_names(labels, taken=taken)
    assert set(names) == set(labels)
    assert len({*names.values(), *taken}) == len(labels) + len(set(taken))


@BOUNDED
@given(st.lists(texts, unique=True), st.lists(texts, unique=True))
def test_a_column_behind_the_others_renames_none(labels: list[str], more: list[str]) -> None:
    added = [label for label in more if label not in labels]
    before = column_names(labels, taken=["contact_id"])
    after = column_names([*labels, *added], taken=["contact_id"])
    assert before.items() <= after.items()


def test_a_column_in_between_renames_none() -> None:
    before = column_names(["First Name", "First-Name", "Last"], taken=[])
    after = column_names(["First Name", "New", "Company", "First-Name", "Last"], taken=[])
    assert before.items() <= after.items()


def test_a_heading_without_a_word_is_a_column() -> None:
    assert column_names(["", "?"], taken=[])[""] == "column"


def test_a_name_of_ours_is_left_alone() -> None:
    assert column_names(["Contact ID"], taken=["contact_id"])["Contact ID"] != "contact_id"


LONG = "A question that a form asked of its visitors in so many words"


def test_a_long_name_is_cut_to_what_postgresql_holds() -> None:
    labels = [f"{LONG}, first part", f"{LONG}, second part", "姓名" * 20]
    names = column_names(labels, taken=[])
    assert list(names.values()) == [
        "a_question_that_a_form_asked_of_its_visitors_in_so_many_88c898",
        "a_question_that_a_form_asked_of_its_visitors_in_so_many_b2a990",
        "姓名" * 9 + "_945611",
    ]


def test_a_heading_with_half_a_character_has_a_name() -> None:
    assert column_names(["Name \ud800", "Name"], taken=[])["Name \ud800"] == "name"


@BOUNDED
@given(st.lists(st.text(max_size=90), unique=True), st.text(max_size=90))
def test_no_name_is_longer_than_postgresql_holds(labels: list[str], taken: str) -> None:
    columns = column_names(labels, taken=[snake_case(taken)])
    streams = stream_names(
        "list", [(f"l-{at:04x}", each) for at, each in enumerate(labels)], taken=[]
    )
    assert all(len(name.encode()) <= 63 for name in (*columns.values(), *streams.values()))
    assert len({*columns.values()}) == len({*streams.values()}) == len(labels)


# Streams

LISTS = [
    ("l-0001", "Newsletter"),
    ("l-0002", "Newsletter"),
    ("l-0003", "newsletter!"),
    ("l-0004", "Messages"),
    ("l-0005", ""),
    ("l-0006", "名簿"),
    ("l-00007", "Newsletter l-0002"),
]


def test_lists_of_one_name_are_told_apart_by_their_ids() -> None:
    assert stream_names("list", LISTS, taken=[]) == {
        "l-0001": "list_newsletter",
        "l-0002": "list_newsletter_l_0002",
        "l-0003": "list_newsletter_l_0003",
        "l-0004": "list_messages",
        "l-0005": "list_l_0005",
        "l-0006": "list_名簿",
        "l-00007": "list_newsletter_l_0002_l_00007",
    }


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_the_listing_changes_no_name(seed: int) -> None:
    shuffled = list(LISTS)
    random.Random(seed).shuffle(shuffled)  # noqa: S311 - no secret
    assert stream_names("list", shuffled, taken=[]) == stream_names("list", LISTS, taken=[])


@pytest.mark.parametrize("known", range(len(LISTS)))
def test_a_newer_list_renames_none(known: int) -> None:
    before = stream_names("list", LISTS[:known], taken=[])
    assert before.items() <= stream_names("list", LISTS, taken=[]).items()


@BOUNDED
@given(
    st.dictionaries(st.text("0123456789abcdef", min_size=1, max_size=4), texts),
    st.lists(texts),
)
def test_no_two_streams_share_a_name(lists: dict[str, str], taken: list[str]) -> None:
    names = stream_names("list", lists.items(), taken=taken)
    assert set(names) == set(lists)
    assert len({*names.values(), *taken}) == len(lists) + len(set(taken))


@pytest.mark.parametrize(("one", "other"), [("A b", "A-b"), ("A-b", "a_b"), ("a_b", "A b")])
def test_names_that_differ_in_signs_only_collide_softly(one: str, other: str) -> None:
    names = stream_names("list", [("l-0001", one), ("l-0002", other)], taken=[])
    assert list(names.values()) == ["list_a_b", "list_a_b_l_0002"]
