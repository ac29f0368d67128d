"""Addresses of questionnaires: the office's below /residents/questionnaires/, the household's and anybody's below /r/."""

from django.urls import URLPattern, path

from residents.views import home_questionnaire

urlpatterns: list[URLPattern] = []
home_pages: list[URLPattern] = [
    path("survey/<int:pk>/", home_questionnaire.survey, name="survey"),
    path("survey/<int:pk>/<int:place>/", home_questionnaire.survey_question, name="survey_question"),
    path("survey/<int:pk>/check/", home_questionnaire.survey_check, name="survey_check"),
    path("survey/<int:pk>/receipt/", home_questionnaire.survey_receipt, name="survey_receipt"),
    path("survey/<int:pk>/result/", home_questionnaire.survey_result, name="survey_result"),
    # What stands on the notice board.
    path("ask/<slug:code>/", home_questionnaire.ask, name="ask"),
    path("ask/<slug:code>/<int:place>/", home_questionnaire.ask_question, name="ask_question"),
    path("ask/<slug:code>/check/", home_questionnaire.ask_check, name="ask_check"),
    path("ask/<slug:code>/receipt/", home_questionnaire.ask_receipt, name="ask_receipt"),
    path("ask/<slug:code>/result/", home_questionnaire.ask_result, name="ask_result"),
    path("ask/<slug:code>/again/", home_questionnaire.ask_again, name="ask_again"),
]
