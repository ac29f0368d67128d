"""Addresses of menus: the office's below /residents/menus/, the household's below /r/."""

from django.urls import URLPattern, path

from residents.views import home_menu

urlpatterns: list[URLPattern] = []
home_pages: list[URLPattern] = [
    path("menu/<int:pk>/", home_menu.start, name="choose"),
    path("menu/<int:pk>/<int:place>/", home_menu.item, name="item"),
    path("menu/<int:pk>/check/", home_menu.check, name="check"),
    path("menu/<int:pk>/receipt/", home_menu.receipt, name="receipt"),
    path("menu/<int:pk>/result/", home_menu.result, name="result"),
    path("menu/<int:pk>/picture/<int:version>/", home_menu.picture, name="picture"),
]
