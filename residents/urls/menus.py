"""Addresses of menus: the office's below /residents/menus/, the household's below /r/."""

from django.urls import URLPattern, path

from residents.views import (
    home_menu,
    menu_ballots,
    menu_desk,
    menu_office,
    menu_outcome,
    menu_paper,
    menu_spoiled,
)

urlpatterns: list[URLPattern] = [
    path("", menu_office.menu_list, name="menus"),
    path("of/<project:code>/", menu_office.of_project, name="menu_of_project"),
    path("of/<project:code>/new/", menu_office.draw_up, name="menu_draw_up"),
    path("<int:pk>/", menu_office.page, name="menu"),
    path("<int:pk>/edit/", menu_office.edit, name="menu_edit"),
    path("<int:pk>/publish/", menu_office.publish, name="menu_publish"),
    path("<int:pk>/prolong/", menu_office.prolong, name="menu_prolong"),
    path("<int:pk>/void/", menu_office.void, name="menu_void"),
    path("<int:pk>/count/", menu_office.count, name="menu_count"),
    path("<int:pk>/outcome/", menu_outcome.outcome, name="menu_outcome"),
    path("<int:pk>/outcome/notice/", menu_outcome.notice, name="menu_notice"),
    path("<int:pk>/picture/<int:version>/", menu_office.picture, name="menu_picture"),
    path("<int:pk>/ballots/", menu_ballots.ballots, name="menu_ballots"),
    path("<int:pk>/relate/", menu_office.relate, name="menu_relate"),
    path("<int:pk>/part/<int:relation_id>/", menu_office.part, name="menu_part"),
    path("<int:pk>/items/new/", menu_office.option_add, name="menu_option_add"),
    path("<int:pk>/items/<int:option_id>/", menu_office.option_edit, name="menu_option"),
    path("<int:pk>/items/<int:option_id>/move/", menu_office.option_move, name="menu_option_move"),
    path("<int:pk>/items/<int:option_id>/drop/", menu_office.option_drop, name="menu_option_drop"),
    path("<int:pk>/desk/", menu_desk.find_door, name="menu_desk"),
    path("<int:pk>/desk/<int:household_id>/", menu_desk.entry, name="menu_desk_entry"),
    path("<int:pk>/entered/", menu_desk.entered_list, name="menu_entered_list"),
    path("<int:pk>/entered/<int:choice_id>/", menu_desk.entered, name="menu_entered"),
    path("<int:pk>/entered/<int:choice_id>/reverse/", menu_desk.reverse_entry, name="menu_reverse"),
    path("<int:pk>/paper/", menu_paper.piles, name="menu_paper"),
    path("<int:pk>/paper/<int:batch_id>/", menu_paper.batch, name="menu_batch"),
    path("<int:pk>/paper/<int:batch_id>/seal/", menu_paper.seal, name="menu_seal"),
    path("<int:pk>/paper/<int:batch_id>/drop/", menu_paper.drop, name="menu_batch_drop"),
    path("<int:pk>/paper/<int:batch_id>/door/", menu_paper.find_door, name="menu_sheet_door"),
    path(
        "<int:pk>/paper/<int:batch_id>/door/<int:household_id>/",
        menu_paper.type_sheet,
        name="menu_sheet_type",
    ),
    path("<int:pk>/paper/<int:batch_id>/spoiled/", menu_spoiled.spoil, name="menu_spoil"),
    path(
        "<int:pk>/paper/<int:batch_id>/spoiled/<int:spoiled_id>/",
        menu_spoiled.spoiled,
        name="menu_spoiled",
    ),
    path(
        "<int:pk>/paper/<int:batch_id>/spoiled/<int:spoiled_id>/reverse/",
        menu_spoiled.reverse_spoiled,
        name="menu_spoiled_reverse",
    ),
    path(
        "<int:pk>/paper/<int:batch_id>/spoiled/<int:spoiled_id>/scan/",
        menu_spoiled.spoiled_scan,
        name="menu_spoiled_scan",
    ),
    path("<int:pk>/sheets/<int:choice_id>/", menu_paper.sheet, name="menu_sheet"),
    path("<int:pk>/sheets/<int:choice_id>/scan/", menu_paper.scan, name="menu_sheet_scan"),
]
home_pages: list[URLPattern] = [
    path("menu/<int:pk>/", home_menu.start, name="choose"),
    path("menu/<int:pk>/<int:place>/", home_menu.item, name="item"),
    path("menu/<int:pk>/check/", home_menu.check, name="check"),
    path("menu/<int:pk>/receipt/", home_menu.receipt, name="receipt"),
    path("menu/<int:pk>/result/", home_menu.result, name="result"),
    path("menu/<int:pk>/picture/<int:version>/", home_menu.picture, name="picture"),
]
