from django.urls import URLPattern, path

from projects.views import plans, plans_acts, plans_actual, plans_papers

urlpatterns: list[URLPattern] = [
    path("", plans.plan_list, name="plans"),
    path("new/", plans.plan_new, name="plan_new"),
    path("actual/", plans_actual.plan_actual, name="plan_actual"),
    path("<int:pk>/", plans.plan_detail, name="plan"),
    path("<int:pk>/edit/", plans.plan_edit, name="plan_edit"),
    path("<int:pk>/changes/", plans.plan_changes, name="plan_changes"),
    path("<int:pk>/table.xlsx", plans.plan_sheet, name="plan_sheet"),
    path("<int:pk>/document/", plans.plan_document, name="plan_document"),
    path("<int:pk>/draw/", plans_acts.plan_draw, name="plan_draw"),
    path("<int:pk>/choose/", plans_acts.plan_choose, name="plan_choose"),
    path("<int:pk>/remove/", plans_acts.plan_remove, name="plan_remove"),
    path("<int:pk>/figures/", plans_acts.plan_figures, name="plan_figures"),
    path("<int:pk>/submit/", plans_acts.plan_submit, name="plan_submit"),
    path("<int:pk>/approve/", plans_acts.plan_approve, name="plan_approve"),
    path("<int:pk>/return/", plans_acts.plan_return, name="plan_return"),
    path("<int:pk>/issue/", plans_acts.plan_issue, name="plan_issue"),
    path("<int:pk>/amend/", plans_acts.plan_amend, name="plan_amend"),
    path("<int:pk>/discard/", plans_acts.plan_discard, name="plan_discard"),
    path("<int:pk>/papers/add/", plans_papers.paper_add, name="plan_paper_add"),
    path("<int:pk>/papers/<int:document>/version/", plans_papers.paper_version, name="plan_paper_version"),
    path("<int:pk>/papers/<int:version>/", plans_papers.paper, name="plan_paper"),
    path("<int:pk>/papers/<int:version>/preview/", plans_papers.paper_preview, name="plan_paper_preview"),
]
