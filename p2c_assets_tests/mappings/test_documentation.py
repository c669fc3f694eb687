"""docs/mappings.md says what the mappings do."""

from pathlib import Path

from p2c_assets.mappings.catalogue import SHIPPED
from p2c_assets.mappings.documentation import EVIDENCE, render
from p2c_assets.mappings.reasons import REASONS

PAGE = Path(__file__).parents[2] / "docs" / "mappings.md"


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == render(), "write p2c_assets.mappings.documentation.render() to the page"


def test_every_field_and_every_reason_is_on_the_page() -> None:
    page = render()
    for task in SHIPPED:
        assert f"`{task.name}`" in page
        assert all(f"| `{field.target}` |" in page for field in (*task.fields, *task.optional))
    assert all(f"| `{code}` |" in page for code in REASONS)


def test_every_evidence_tag_is_in_the_legend() -> None:
    legend = {tag.strip() for tags in EVIDENCE for tag in tags.split(",")}
    used = [field.evidence for task in SHIPPED for field in (*task.fields, *task.optional)]
    used += [row_filter.evidence for task in SHIPPED for row_filter in task.filters]
    assert {tag.strip() for tags in used for tag in tags.split(",")} <= legend
