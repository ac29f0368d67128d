from projects.models import CatalogueItem, Category
from tests.cast import SHENGLI, Cast


def test_the_catalogue_begins_with_the_47_items_of_the_national_list(cast: Cast) -> None:
    items = CatalogueItem.objects.of(SHENGLI)
    assert items.count() == 47
    assert {item.category for item in items} == set(Category.values)
