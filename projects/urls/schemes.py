from django.urls import URLPattern, path

from projects.views import scheme, scheme_edit, scheme_sheet, scheme_visits, scheme_way, schemes

# Below a project's address.
urlpatterns: list[URLPattern] = [
    path("", scheme.scheme_tab, name="scheme"),
    path("begin/", scheme_edit.begin, name="scheme_begin"),
    path("change/", scheme_edit.change, name="scheme_change"),
    path("versions/", scheme.versions, name="scheme_versions"),
    path("works/", scheme.works, name="scheme_works"),
    path("works/<int:pk>/", scheme.work, name="scheme_work"),
    path("<int:version>/", scheme.version_page, name="scheme_version"),
    path("<int:version>/edit/", scheme_edit.edit, name="scheme_edit"),
    path("<int:version>/edit/add/", scheme_edit.add, name="scheme_add"),
    path("<int:version>/edit/sheet/", scheme_sheet.read_sheet, name="scheme_sheet"),
    path("<int:version>/lines.xlsx", scheme_sheet.export, name="scheme_export"),
    path("<int:version>/lines/<int:line>/strike/", scheme_edit.strike_line, name="scheme_strike"),
    path("<int:version>/struck/<int:pk>/back/", scheme_edit.take_back_line, name="scheme_take_back"),
    path("<int:version>/needs/<slug:topic>/", scheme_edit.waive, name="scheme_waive"),
    path("<int:version>/submit/", scheme_edit.submit, name="scheme_submit"),
    path("<int:version>/withdraw/", scheme_edit.withdraw, name="scheme_withdraw"),
    path("<int:version>/back/", scheme_way.back, name="scheme_send_back"),
    path("<int:version>/sign/", scheme_way.sign, name="scheme_sign"),
    path("<int:version>/signatures/<int:pk>/document/", scheme_way.signed_paper, name="scheme_signed_paper"),
    path("<int:version>/notice/", scheme_way.notice, name="scheme_notice"),
    path("<int:version>/notice/print/", scheme_way.notice_print, name="scheme_notice_print"),
    path("<int:version>/notices/<int:pk>/prolong/", scheme_way.notice_prolong, name="scheme_notice_prolong"),
    path("<int:version>/notices/<int:pk>/photo.jpg", scheme_way.notice_photo, name="scheme_notice_photo"),
    path("<int:version>/objections/", scheme_way.objection_add, name="scheme_objection_add"),
    path("<int:version>/objections/<int:pk>/", scheme_way.objection, name="scheme_objection"),
    path("<int:version>/approve/", scheme_way.approve, name="scheme_approve"),
    path("visits/add/", scheme_visits.add, name="scheme_visit_add"),
    path("visits/<int:pk>/", scheme_visits.visit, name="scheme_visit"),
    path("visits/<int:pk>/edit/", scheme_visits.edit, name="scheme_visit_edit"),
    path("visits/<int:pk>/photos/", scheme_visits.photo_add, name="scheme_visit_photos"),
    path("visits/<int:pk>/photos/<int:photo>/full.jpg", scheme_visits.photo_file, name="scheme_visit_photo"),
    path(
        "visits/<int:pk>/photos/<int:photo>/thumbnail.jpg",
        scheme_visits.photo_thumbnail,
        name="scheme_visit_thumbnail",
    ),
    path(
        "visits/<int:pk>/photos/<int:photo>/remove/",
        scheme_visits.photo_remove,
        name="scheme_visit_photo_remove",
    ),
]
# Of all projects.
work_pages: list[URLPattern] = [
    path("", schemes.scheme_list, name="schemes"),
    path("rules/", schemes.rules, name="scheme_rules"),
]
