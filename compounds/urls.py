"""Addresses of the register, its map, the surveys, the pool and the rules."""

from django.urls import URLPattern, URLResolver, include, path, register_converter

from compounds.views import (
    buildings,
    bulk,
    compound,
    facts,
    pool,
    register,
    rules,
    successions,
    survey_form,
    surveys,
)
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
    path("communities/", facts.communities, name="communities"),
    path("bulk/move/", bulk.move, name="bulk_move"),
    path("bulk/cluster/", bulk.cluster, name="bulk_cluster"),
    path("bulk/export/", bulk.export, name="bulk_export"),
    path("bulk/print/", bulk.print_rows, name="bulk_print"),
    path("map/", map_pages.compound_map, name="map"),
    path("map/points.geojson", map_pages.points, name="points"),
    path("map/position/", map_pages.position, name="position"),
]
compound_pages: list[URLPattern] = [
    path("", compound.overview, name="detail"),
    path("edit/", facts.edit, name="edit"),
    path("cluster/", bulk.cell_cluster, name="cell_cluster"),
    path("buildings/", buildings.building_list, name="buildings"),
    path("buildings/add/", buildings.add, name="building_add"),
    path("buildings/<int:pk>/", buildings.edit, name="building_edit"),
    path("buildings/<int:pk>/delete/", buildings.remove, name="building_delete"),
    path("history/", compound.history, name="history"),
    path("merge/", successions.merge, name="merge"),
    path("split/", successions.split, name="split"),
]

# Pages of the condition surveys, the reserve pool and the rules (compounds/views/{surveys,pool,rules}.py).
survey_pages: list[URLPattern] = [
    path("", surveys.survey_list, name="surveys"),
    path("<int:pk>/", surveys.survey_detail, name="survey"),
    path("<int:pk>/fill/", survey_form.fill, name="survey_fill"),
    path("<int:pk>/confirm/", surveys.confirm, name="survey_confirm"),
    path("<int:pk>/return/", surveys.send_back, name="survey_return"),
    path("<int:pk>/photos/", survey_form.photo_add, name="survey_photo_add"),
    path("<int:pk>/photos/<int:photo>/", surveys.photo_page, name="survey_photo"),
    path("<int:pk>/photos/<int:photo>/full.jpg", surveys.photo_file, name="survey_photo_file"),
    path("<int:pk>/photos/<int:photo>/thumbnail.jpg", surveys.photo_thumbnail, name="survey_photo_thumbnail"),
    path("<int:pk>/photos/<int:photo>/remove/", survey_form.photo_remove, name="survey_photo_remove"),
]
pool_pages: list[URLPattern] = [
    path("", pool.pool_board, name="pool"),
    path("list/", pool.pool_list, name="pool_list"),
    path("move/", pool.pool_move, name="pool_move"),
    path("place/<compound:code>/", pool.pool_place, name="pool_place"),
]
rule_pages: list[URLPattern] = [
    path("", rules.rules_page, name="rules"),
    path("eligibility/new/", rules.new_eligibility, name="rule_eligibility_new"),
    path("urgency/new/", rules.new_urgency, name="rule_urgency_new"),
    path("<str:kind>/<int:pk>/", rules.rule_version, name="rule_version"),
]
# Further tabs of a compound's page.
tab_pages: list[URLPattern] = [
    path("surveys/", surveys.survey_tab, name="survey_tab"),
    path("surveys/begin/", survey_form.begin, name="survey_begin"),
    path("pool/", pool.pool_tab, name="pool_tab"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("compounds/", include(register_pages)),
    path("compounds/<compound:code>/", include([*compound_pages, *tab_pages])),
    path("surveys/", include(survey_pages)),
    path("pool/", include(pool_pages)),
    path("rules/", include(rule_pages)),
]
