"""Addresses under /system/."""

from django.urls import path, re_path

from directory.views import divisions, home, organisations, people, tokens

app_name = "directory"

urlpatterns = [
    path("", home.system, name="system"),
    path("users/", people.user_list, name="users"),
    path("users/new/", people.user_create, name="user_create"),
    path("users/<int:pk>/", people.user_detail, name="user"),
    path("users/<int:pk>/edit/", people.user_edit, name="user_edit"),
    path("users/<int:pk>/history/", people.user_history, name="user_history"),
    path("users/<int:pk>/close/", people.user_close, name="user_close"),
    path("users/<int:pk>/reopen/", people.user_reopen, name="user_reopen"),
    path("users/<int:pk>/password/", people.user_new_password, name="user_new_password"),
    path("users/<int:pk>/lock/", people.user_lock, name="user_lock"),
    path("users/<int:pk>/unlock/", people.user_unlock, name="user_unlock"),
    path("users/<int:pk>/second-factor/", people.user_reset_second_factor, name="user_reset_second_factor"),
    path("users/<int:pk>/sessions/", people.user_end_sessions, name="user_end_sessions"),
    path("users/<int:pk>/roles/", people.role_grant, name="role_grant"),
    path("users/<int:pk>/hand-over/", people.hand_over, name="hand_over"),
    path("roles/<int:pk>/end/", people.role_end, name="role_end"),
    path("roles/<int:pk>/substitute/", people.role_substitute, name="role_substitute"),
    path("organisations/", organisations.organisation_list, name="organisations"),
    path("organisations/new/", organisations.organisation_create, name="organisation_create"),
    path("organisations/<int:pk>/", organisations.organisation_detail, name="organisation"),
    path("organisations/<int:pk>/edit/", organisations.organisation_edit, name="organisation_edit"),
    path("organisations/<int:pk>/end/", organisations.organisation_end, name="organisation_end"),
    path("organisations/<int:pk>/history/", organisations.organisation_history, name="organisation_history"),
    path("divisions/", divisions.division_tree, name="divisions"),
    path("divisions/successions/", divisions.succession_list, name="successions"),
    re_path(r"^divisions/(?P<code>[0-9]{2,12})/$", divisions.division_detail, name="division"),
    path("tokens/", tokens.token_list, name="tokens"),
    path("tokens/new/", tokens.token_issue, name="token_issue"),
    path("tokens/<int:pk>/", tokens.token_detail, name="token"),
    path("tokens/<int:pk>/revoke/", tokens.token_revoke, name="token_revoke"),
]
