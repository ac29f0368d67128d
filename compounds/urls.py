"""Addresses of the register, its map, the surveys, the pool and the rules."""

from django.urls import URLPattern, URLResolver, include, path, register_converter

from compounds.views import buildings, bulk, compound, facts, register, successions
from compounds.views import map as map_pages


class CompoundCode:
    """`421003-000017`: begins with a digit, so that words ("map", "add") stay free for pages."""

    regex = "[0-9][0-9A-Za-z-]{0,31}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(CompoundCode, "compound")

app_name = "compounds"

register_pages: list[URLPattern] = [
    path("", register.compound_list, name="list"),
    path("add/", facts.create, name="create"),
    path("bulk/move/", bulk.move, name="bulk_move"),
    path("bulk/cluster/", bulk.cluster, name="bulk_cluster"),
    path("map/", map_pages.compound_map, name="map"),
    path("map/points.geojson", map_pages.points, name="points"),
    path("map/position/", map_pages.position, name="position"),
]
compound_pages: list[URLPattern] = [
    path("", compound.overview, name="detail"),
    path("edit/", facts.edit, name="edit"),
    path("buildings/", buildings.building_list, name="buildings"),
    path("buildings/add/", buildings.add, name="building_add"),
    path("buildings/<int:pk>/", buildings.edit, name="building_edit"),
    path("buildings/<int:pk>/delete/", buildings.remove, name="building_delete"),
    path("history/", compound.history, name="history"),
    path("merge/", successions.merge, name="merge"),
    path("split/", successions.split, name="split"),
]

# Pages of the condition surveys, the reserve pool and the rules (compounds/views/{surveys,pool,rules}.py).
survey_pages: list[URLPattern] = []
pool_pages: list[URLPattern] = []
rule_pages: list[URLPattern] = []
# Further tabs of a compound's page.
tab_pages: list[URLPattern] = []

urlpatterns: list[URLPattern | URLResolver] = [
    path("compounds/", include(register_pages)),
    path("compounds/<compound:code>/", include([*compound_pages, *tab_pages])),
    path("surveys/", include(survey_pages)),
    path("pool/", include(pool_pages)),
    path("rules/", include(rule_pages)),
]
