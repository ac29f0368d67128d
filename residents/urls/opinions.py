"""Addresses of opinions: the office's register below /residents/opinions/, the household's own below /r/."""

from django.urls import URLPattern, path

from residents.views import home_opinions, opinions, opinions_figures, opinions_one

urlpatterns: list[URLPattern] = [
    path("", opinions.opinion_list, name="opinions"),
    path("figures/", opinions_figures.figures, name="opinion_figures"),
    path("new/", opinions.pick, name="opinion_pick"),
    path("of/<project:code>/", opinions.of_compound, name="opinions_of_compound"),
    path("of/<project:code>/new/", opinions.new, name="opinion_new"),
    path("<int:pk>/", opinions_one.page, name="opinion"),
    path("<int:pk>/assign/", opinions_one.assign, name="opinion_assign"),
    path("<int:pk>/reply/", opinions_one.reply, name="opinion_reply"),
    path("<int:pk>/join/", opinions_one.join, name="opinion_join"),
    path("<int:pk>/reopen/", opinions_one.reopen, name="opinion_reopen"),
    path("<int:pk>/close/", opinions_one.close, name="opinion_close"),
    path("<int:pk>/erase/", opinions_one.erase, name="opinion_erase"),
    path("<int:pk>/photo/<int:photo_id>/", opinions_one.photo, name="opinion_photo"),
]
home_pages: list[URLPattern] = [
    path("opinions/", home_opinions.mine, name="own_opinions"),
    path("opinions/say/", home_opinions.say, name="say"),
    path("opinions/neighbours/", home_opinions.neighbours, name="neighbours"),
    path("opinions/<int:pk>/", home_opinions.said, name="said"),
]
