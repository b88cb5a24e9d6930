"""Pages that docs/teaching.md tells a lecturer to open are there."""

import re

import pytest
import yaml


@pytest.fixture(scope="module")
def text(root):
    return (root / "docs" / "teaching.md").read_text("utf-8")


def test_every_link_opens_what_it_says(reader, text):
    links = set(re.findall(r"`(#\w+[^`]*)`", text))
    assert len(links) > 15
    for link in sorted(links):
        reader.visit(link)
        assert reader.ask("document.getElementById('notice').hidden"), link
        assert reader.ask("document.body.dataset.part") == link[1:].partition("?")[0]
        for setting in link.partition("?")[2].split("&"):
            assert setting in reader.where()


def test_the_screens_are_listed_in_their_order_with_their_titles(reader, text):
    table = text.partition("## The ten screens")[2].partition("\n## ")[0]
    listed = re.findall(r"^\| ([^|]+) \| `(#\w+)` \|", table, re.MULTILINE)
    reader.visit()
    there = reader.ask(
        "[...document.querySelectorAll('.step')].map((a) => [a.title, a.getAttribute('href')])"
    )
    assert [list(row) for row in listed] == there


def test_every_claim_that_is_named_is_one(text, root):
    claims = {
        claim["id"]: claim["source"] for claim in yaml.safe_load((root / "seeds/claims.yaml").read_text())
    }
    named = re.findall(r"\[((?:[LJ]\d+(?:, )?)+)\]\(\.\./seeds/(\w+)\.md\)", text)
    assert len(named) > 8
    for ids, source in named:
        assert {claims[name] for name in ids.split(", ")} == {source}
