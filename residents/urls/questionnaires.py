"""Addresses of questionnaires: the office's below /residents/questionnaires/, the household's and anybody's below /r/."""

from django.urls import URLPattern, path

from residents.views import (
    home_questionnaire,
    questionnaire_desk,
    questionnaire_office,
    questionnaire_questions,
    questionnaire_results,
)

urlpatterns: list[URLPattern] = [
    path("", questionnaire_office.questionnaire_list, name="questionnaires"),
    path("of/<project:code>/", questionnaire_office.of_compound, name="questionnaires_of_compound"),
    path("of/<project:code>/new/", questionnaire_office.draw_up, name="questionnaire_draw_up"),
    path("<int:pk>/", questionnaire_office.page, name="questionnaire"),
    path("<int:pk>/edit/", questionnaire_office.edit, name="questionnaire_edit"),
    path("<int:pk>/publish/", questionnaire_office.publish, name="questionnaire_publish"),
    path("<int:pk>/prolong/", questionnaire_office.prolong, name="questionnaire_prolong"),
    path("<int:pk>/finish/", questionnaire_office.finish, name="questionnaire_finish"),
    path("<int:pk>/void/", questionnaire_office.void, name="questionnaire_void"),
    path("<int:pk>/history/", questionnaire_office.history, name="questionnaire_history"),
    path("<int:pk>/questions/new/", questionnaire_questions.question_add, name="question_add"),
    path("<int:pk>/questions/<int:question_id>/", questionnaire_questions.question_edit, name="question"),
    path(
        "<int:pk>/questions/<int:question_id>/move/",
        questionnaire_questions.question_move,
        name="question_move",
    ),
    path(
        "<int:pk>/questions/<int:question_id>/drop/",
        questionnaire_questions.question_drop,
        name="question_drop",
    ),
    path("<int:pk>/preview/", questionnaire_questions.preview, name="questionnaire_preview"),
    path(
        "<int:pk>/preview/<int:place>/",
        questionnaire_questions.preview_question,
        name="questionnaire_preview_question",
    ),
    path("<int:pk>/desk/", questionnaire_desk.find_door, name="questionnaire_desk"),
    path("<int:pk>/desk/<int:household_id>/", questionnaire_desk.entry, name="questionnaire_entry"),
    path("<int:pk>/sheet/", questionnaire_desk.unnamed_sheet, name="questionnaire_sheet"),
    path("<int:pk>/entered/<int:response_id>/", questionnaire_desk.entered, name="questionnaire_entered"),
    path("<int:pk>/entered/<int:response_id>/scan/", questionnaire_desk.scan, name="questionnaire_scan"),
    path("<int:pk>/missing/", questionnaire_desk.missing, name="questionnaire_missing"),
    path("<int:pk>/missing/<int:building>.pdf", questionnaire_desk.doorstep, name="questionnaire_doorstep"),
    path("<int:pk>/results/", questionnaire_results.results, name="questionnaire_results"),
    path("<int:pk>/results/<int:question_id>/", questionnaire_results.words, name="questionnaire_words"),
    path("<int:pk>/answers.<slug:ending>", questionnaire_results.export, name="questionnaire_export"),
    path("<int:pk>/paper.pdf", questionnaire_results.paper, name="questionnaire_paper"),
]
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
