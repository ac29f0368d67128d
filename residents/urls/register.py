"""Addresses of the household register."""

from django.urls import URLPattern, path

from residents.views import (
    register_household,
    register_households,
    register_overview,
    register_owners,
    register_reshape,
)

urlpatterns: list[URLPattern] = [
    path("", register_overview.overview, name="overview"),
    path("bulk/export/", register_overview.export, name="overview_export"),
    path("bulk/print/", register_overview.print_rows, name="overview_print"),
    path("<project:code>/households/", register_households.household_list, name="households"),
    path("<project:code>/households/add/", register_households.add, name="household_add"),
    path("<project:code>/households/grid/", register_households.grid, name="household_grid"),
    path("<project:code>/households/figures/", register_households.figures, name="household_figures"),
    path("<project:code>/households/bulk/use/", register_households.bulk_use, name="household_bulk_use"),
    path("<project:code>/households/bulk/merge/", register_reshape.bulk_merge, name="household_bulk_merge"),
    path("<project:code>/households/bulk/export/", register_households.export, name="household_bulk_export"),
    path(
        "<project:code>/households/bulk/print/", register_households.print_rows, name="household_bulk_print"
    ),
    path("households/<int:pk>/", register_household.detail, name="household"),
    path("households/<int:pk>/edit/", register_household.edit, name="household_edit"),
    path("households/<int:pk>/open/", register_household.open_, name="household_open"),
    path("households/<int:pk>/owners/", register_owners.record, name="household_owners"),
    path("households/<int:pk>/voter/", register_owners.voter, name="household_voter"),
    path("households/<int:pk>/owners/<int:owner>/link/", register_owners.link, name="household_link"),
    path("households/<int:pk>/owners/<int:owner>/part/", register_owners.part, name="household_part"),
    path("households/<int:pk>/owners/<int:owner>/erase/", register_owners.erase, name="household_erase"),
    path("households/<int:pk>/split/", register_reshape.split, name="household_split"),
    path("households/<int:pk>/strike/", register_reshape.strike, name="household_strike"),
]
