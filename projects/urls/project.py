from django.urls import URLPattern

list_pages: list[URLPattern] = []
pages: list[URLPattern] = []
