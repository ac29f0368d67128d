from django.urls import URLPattern

pages: list[URLPattern] = []
year_pages: list[URLPattern] = []
