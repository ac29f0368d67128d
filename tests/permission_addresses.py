"""What stands in each address of the table of permissions: a record of `permission_world`."""

from collections.abc import Callable
from typing import Any

from projects.models import TaskFile
from tests.permission_world import Side

Arguments = Callable[[Side], list[Any]]

# A name that takes arguments and is not here fails the test.
ARGUMENTS: dict[str, Arguments] = {
    **dict.fromkeys(
        ("directory:user", "directory:user_edit", "directory:user_history", "directory:user_close",
         "directory:user_reopen", "directory:user_new_password", "directory:user_lock", "directory:user_unlock",
         "directory:user_reset_second_factor", "directory:user_end_sessions", "directory:role_grant",
         "directory:hand_over"),
        lambda side: [side.person.pk],
    ),
    **dict.fromkeys(("directory:role_end", "directory:role_substitute"), lambda side: [side.role.pk]),
    **dict.fromkeys(
        ("directory:organisation", "directory:organisation_edit", "directory:organisation_end",
         "directory:organisation_history", "api:organisation"),
        lambda side: [side.organisation.pk],
    ),
    **dict.fromkeys(("directory:division", "api:division"), lambda side: [side.division]),
    **dict.fromkeys(("directory:token", "directory:token_revoke"), lambda side: [side.token.pk]),
    "audit:entry": lambda side: [side.entry.pk],
    **dict.fromkeys(("portal:rename_view", "portal:delete_view"), lambda side: [side.view.pk]),
    **dict.fromkeys(("jobs:detail", "jobs:cancel", "jobs:result"), lambda side: [side.job.pk]),
    "outbox:open": lambda side: [side.message.pk],
    **dict.fromkeys(("imports:upload", "imports:template"), lambda side: ["compounds"]),
    **dict.fromkeys(
        ("imports:detail", "imports:columns", "imports:values", "imports:write", "imports:discard",
         "imports:wrong_rows", "imports:original"),
        lambda side: [side.run.pk],
    ),
    **dict.fromkeys(
        ("compounds:detail", "compounds:edit", "compounds:cell_cluster", "compounds:buildings",
         "compounds:building_add", "compounds:history", "compounds:merge", "compounds:split",
         "compounds:survey_tab", "compounds:survey_begin", "compounds:pool_tab", "compounds:pool_place",
         "api:compound"),
        lambda side: [side.compound.code],
    ),
    **dict.fromkeys(
        ("compounds:building_edit", "compounds:building_delete"),
        lambda side: [side.compound.code, side.building.pk],
    ),
    **dict.fromkeys(
        ("compounds:survey", "compounds:survey_confirm", "compounds:survey_return"),
        lambda side: [side.submitted.pk],
    ),
    **dict.fromkeys(("compounds:survey_fill", "compounds:survey_photo_add"), lambda side: [side.draft.pk]),
    **dict.fromkeys(
        ("compounds:survey_photo", "compounds:survey_photo_file", "compounds:survey_photo_thumbnail",
         "compounds:survey_photo_remove"),
        lambda side: [side.draft.pk, side.photo.pk],
    ),
    "compounds:rule_version": lambda side: ["eligibility", side.rule.pk],
    # Plans and the works catalogue
    **dict.fromkeys(
        ("projects:plan", "projects:plan_edit", "projects:plan_draw", "projects:plan_choose", "projects:plan_remove",
         "projects:plan_figures", "projects:plan_submit", "projects:plan_discard", "projects:plan_changes",
         "projects:plan_sheet"),
        lambda side: [side.plan.pk],
    ),
    **dict.fromkeys(("projects:plan_approve", "projects:plan_return"), lambda side: [side.submitted_plan.pk]),
    "projects:plan_issue": lambda side: [side.approved_plan.pk],
    **dict.fromkeys(
        ("projects:plan_amend", "projects:plan_document", "projects:plan_paper_add"),
        lambda side: [side.issued_plan.pk],
    ),
    "projects:plan_paper_version": lambda side: [side.issued_plan.pk, side.issued_plan.documents.get().pk],
    **dict.fromkeys(
        ("projects:plan_paper", "projects:plan_paper_preview"),
        lambda side: [side.issued_plan.pk, side.issued_plan.documents.get().versions.get().pk],
    ),
    **dict.fromkeys(
        ("projects:catalogue_item", "projects:catalogue_publish", "projects:catalogue_withdraw"), lambda side: ["B01"]
    ),
    **dict.fromkeys(
        ("projects:detail", "projects:edit", "projects:history", "projects:stage_move", "projects:cell_manager",
         "projects:party_add", "projects:related_add"),
        lambda side: [side.project.code],
    ),
    **dict.fromkeys(("api:project", "api:project_progress"), lambda side: [side.project.code]),
    "api:plan": lambda side: [side.plan.pk],
    "api:menu": lambda side: [side.running_menu.pk],
    **dict.fromkeys(
        ("api:resident_menu", "api:resident_draft", "api:resident_choice", "api:resident_receipt"),
        lambda side: [side.menu.pk],
    ),
    "projects:party_end": lambda side: [side.project.code, side.party.pk],
    **dict.fromkeys(
        ("projects:related_edit", "projects:related_remove"), lambda side: [side.project.code, side.related.pk]
    ),
    "projects:before_portal": lambda side: [side.before.code],
    "projects:of_compound": lambda side: [side.project.compound.code],
    "projects:begin": lambda side: [side.waiting.code],
    "projects:go_live_confirm": lambda side: [side.go_live.division_id],
    # Schemes
    **dict.fromkeys(
        ("projects:scheme", "projects:scheme_begin", "projects:scheme_change", "projects:scheme_versions",
         "projects:scheme_works", "projects:scheme_visit_add"),
        lambda side: [side.drawn.project.code],
    ),
    **dict.fromkeys(
        ("projects:scheme_version", "projects:scheme_edit", "projects:scheme_add", "projects:scheme_sheet",
         "projects:scheme_export", "projects:scheme_submit", "projects:scheme_withdraw"),
        lambda side: [side.drawn.project.code, 1],
    ),
    **dict.fromkeys(
        ("delivery:start", "delivery:complete", "delivery:progress", "delivery:report"), lambda side: [side.site.code]
    ),
    "delivery:report_item": lambda side: [side.site.code, side.site.work_items.first().pk],
    **dict.fromkeys(
        ("delivery:entry", "delivery:entry_reverse", "delivery:entry_photos", "delivery:photo_add"),
        lambda side: [side.site.code, side.report.pk],
    ),
    **dict.fromkeys(
        ("delivery:photo_file", "delivery:photo_thumbnail"),
        lambda side: [side.site.code, side.report.pk, side.report_photo.pk],
    ),
    **dict.fromkeys(
        ("delivery:contract", "delivery:contract_edit", "delivery:contract_document", "delivery:contract_preview"),
        lambda side: [side.contract.pk],
    ),
    "projects:scheme_work": lambda side: [side.drawn.project.code, side.drawn.lines.get().work_item_id],
    "projects:scheme_strike": lambda side: [side.drawn.project.code, 1, side.drawn.lines.get().pk],
    "projects:scheme_take_back": lambda side: [side.drawn.project.code, 1, side.drawn.strikes.get().pk],
    "projects:scheme_waive": lambda side: [side.drawn.project.code, 1, "roads"],
    **dict.fromkeys(
        ("projects:scheme_send_back", "projects:scheme_sign", "projects:scheme_notice", "projects:scheme_notice_print",
         "projects:scheme_objection_add", "projects:scheme_approve"),
        lambda side: [side.noticed.project.code, 1],
    ),
    "projects:scheme_signed_paper": lambda side: [
        side.noticed.project.code, 1, side.noticed.sign_offs.get(kind="street_office").pk,
    ],
    "projects:scheme_notice_photo": lambda side: [side.noticed.project.code, 1, side.noticed.notices.get().pk],
    "projects:scheme_notice_prolong": lambda side: [side.noticed.project.code, 1, side.noticed.notices.get().pk],
    "projects:scheme_objection": lambda side: [
        side.noticed.project.code, 1, side.noticed.notices.get().objections.get().pk,
    ],
    **dict.fromkeys(
        ("projects:scheme_visit", "projects:scheme_visit_edit", "projects:scheme_visit_photos"),
        lambda side: [side.visit.project.code, side.visit.pk],
    ),
    **dict.fromkeys(
        ("projects:scheme_visit_photo", "projects:scheme_visit_thumbnail", "projects:scheme_visit_photo_remove"),
        lambda side: [side.visit.project.code, side.visit.pk, side.visit_photo.pk],
    ),
    # Documents, timetable, tasks
    **dict.fromkeys(
        ("projects:documents", "projects:document_add", "projects:timetable", "projects:milestone_add",
         "projects:project_tasks"),
        lambda side: [side.project.code],
    ),
    "projects:compound_tasks": lambda side: [side.project.compound.code],
    **dict.fromkeys(
        ("projects:document_version", "projects:document_withdraw"), lambda side: [side.project.code, side.paper.pk]
    ),
    **dict.fromkeys(
        ("projects:document_file", "projects:document_preview"),
        lambda side: [side.project.code, side.paper.versions.get().pk],
    ),
    **dict.fromkeys(
        ("projects:milestone", "projects:milestone_move", "projects:milestone_assign", "projects:milestone_done",
         "projects:milestone_reopen", "projects:milestone_remove"),
        lambda side: [side.project.code, side.milestone.pk],
    ),
    **dict.fromkeys(
        ("projects:task", "projects:task_pass", "projects:task_report", "projects:task_comment", "projects:task_due",
         "projects:task_return", "projects:task_close", "projects:task_cancel", "projects:task_evidence"),
        lambda side: [side.task.pk],
    ),
    **dict.fromkeys(
        ("projects:task_evidence_photo", "projects:task_evidence_remove"),
        lambda side: [side.task.pk, side.evidence.pk],
    ),
    **dict.fromkeys(
        ("projects:task_file", "projects:task_file_preview"),
        lambda side: [side.task.pk, TaskFile.objects.get(entry__task=side.task).pk],
    ),
    # Residents' own pages, and their representatives' signature
    "residents:enter": lambda side: ["7KQM3WXZ9RTC"],
    "residents:sign_off_record": lambda side: [side.noticed.project.code, 1],
    # The household register
    **dict.fromkeys(
        ("residents:households", "residents:household_add", "residents:household_grid", "residents:household_figures",
         "residents:household_bulk_use", "residents:household_bulk_merge", "residents:household_bulk_export",
         "residents:household_bulk_print"),
        lambda side: [side.door.compound.code],
    ),
    **dict.fromkeys(
        ("residents:household", "residents:household_edit", "residents:household_open", "residents:household_owners",
         "residents:household_voter", "residents:household_split", "residents:household_strike"),
        lambda side: [side.door.pk],
    ),
    **dict.fromkeys(
        ("residents:household_link", "residents:household_part", "residents:household_erase"),
        lambda side: [side.door.pk, side.door.owners.get().pk],
    ),
    # Menus: the office's pages, and the household's own, which open behind a letter only
    **dict.fromkeys(("residents:menu_of_project", "residents:menu_draw_up"), lambda side: [side.project.code]),
    **dict.fromkeys(
        ("residents:menu", "residents:menu_edit", "residents:menu_publish", "residents:menu_prolong",
         "residents:menu_void", "residents:menu_count", "residents:menu_ballots", "residents:menu_outcome", "residents:menu_notice", "residents:menu_relate",
         "residents:menu_option_add", "residents:choose", "residents:check", "residents:receipt", "residents:result"),
        lambda side: [side.menu.pk],
    ),
    "residents:menu_picture": lambda side: [side.running_menu.pk, side.running_menu.options.get().versions.get().pk],
    "residents:menu_part": lambda side: [side.menu.pk, side.menu.relations.get().pk],
    **dict.fromkeys(
        ("residents:menu_option", "residents:menu_option_move", "residents:menu_option_drop"),
        lambda side: [side.menu.pk, side.menu.options.first().pk],
    ),
    # Entered at the desk, counted and typed from paper
    **dict.fromkeys(
        ("residents:menu_desk", "residents:menu_entered_list", "residents:menu_paper"),
        lambda side: [side.running_menu.pk],
    ),
    "residents:menu_desk_entry": lambda side: [side.running_menu.pk, side.menu_door.pk],
    **dict.fromkeys(
        ("residents:menu_entered", "residents:menu_reverse"), lambda side: [side.running_menu.pk, side.desk_choice.pk]
    ),
    **dict.fromkeys(
        ("residents:menu_batch", "residents:menu_seal", "residents:menu_batch_drop"),
        lambda side: [side.running_menu.pk, side.pile.pk],
    ),
    **dict.fromkeys(
        ("residents:menu_sheet_door", "residents:menu_spoil"), lambda side: [side.running_menu.pk, side.sealed_pile.pk]
    ),
    "residents:menu_sheet_type": lambda side: [side.running_menu.pk, side.sealed_pile.pk, side.menu_door.pk],
    **dict.fromkeys(
        ("residents:menu_spoiled", "residents:menu_spoiled_reverse", "residents:menu_spoiled_scan"),
        lambda side: [side.running_menu.pk, side.sealed_pile.pk, side.spoiled.pk],
    ),
    **dict.fromkeys(
        ("residents:menu_sheet", "residents:menu_sheet_scan"), lambda side: [side.running_menu.pk, side.typed.pk]
    ),
    "residents:item": lambda side: [side.menu.pk, 1],
    "residents:picture": lambda side: [side.menu.pk, 1],
    # Questionnaires of the office: a draft with one question, a running one with an answer on paper
    **dict.fromkeys(
        ("residents:questionnaires_of_compound", "residents:questionnaire_draw_up"),
        lambda side: [side.door.compound.code],
    ),
    **dict.fromkeys(
        ("residents:questionnaire", "residents:questionnaire_edit", "residents:questionnaire_publish",
         "residents:questionnaire_prolong", "residents:questionnaire_void", "residents:questionnaire_finish", "residents:questionnaire_history",
         "residents:question_add", "residents:questionnaire_preview"),
        lambda side: [side.questionnaire.pk],
    ),
    **dict.fromkeys(
        ("residents:question", "residents:question_move", "residents:question_drop"),
        lambda side: [side.questionnaire.pk, side.questionnaire.questions.get().pk],
    ),
    "residents:questionnaire_preview_question": lambda side: [side.questionnaire.pk, 1],
    **dict.fromkeys(
        ("residents:questionnaire_desk", "residents:questionnaire_missing", "residents:questionnaire_results",
         "residents:questionnaire_paper"),
        lambda side: [side.running_questionnaire.pk],
    ),
    "residents:questionnaire_entry": lambda side: [side.running_questionnaire.pk, side.door.pk],
    "residents:questionnaire_sheet": lambda side: [side.open_questionnaire.pk],
    **dict.fromkeys(
        ("residents:questionnaire_entered", "residents:questionnaire_scan"),
        lambda side: [side.response.questionnaire_id, side.response.pk],
    ),
    "residents:questionnaire_doorstep": lambda side: [side.running_questionnaire.pk, side.door.building_id],
    "residents:questionnaire_words": lambda side: [
        side.running_questionnaire.pk, side.running_questionnaire.questions.get().pk
    ],
    "residents:questionnaire_export": lambda side: [side.running_questionnaire.pk, "csv"],
    # Questionnaires: the household's own pages, and those that anybody opens from the notice board
    **dict.fromkeys(
        ("residents:survey", "residents:survey_check", "residents:survey_receipt", "residents:survey_result"),
        lambda side: [side.running_questionnaire.pk],
    ),
    "residents:survey_question": lambda side: [side.running_questionnaire.pk, 1],
    **dict.fromkeys(
        ("residents:ask", "residents:ask_check", "residents:ask_receipt", "residents:ask_result", "residents:ask_again"),
        lambda side: [side.open_questionnaire.public_code],
    ),
    "residents:ask_question": lambda side: [side.open_questionnaire.public_code, 1],
    # Rounds of visits
    **dict.fromkeys(("residents:rounds_of", "residents:round_start"), lambda side: [side.visits.compound.code]),
    **dict.fromkeys(("residents:round", "residents:round_end"), lambda side: [side.visits.pk]),
    "residents:round_sheet": lambda side: [side.visits.pk, side.door.building_id],
    **dict.fromkeys(("residents:round_door", "residents:round_call"), lambda side: [side.visits.pk, side.door.pk]),
    "residents:round_take_back": lambda side: [side.visits.pk, side.door_call.pk],
    # Opinions
    **dict.fromkeys(("residents:opinions_of_compound", "residents:opinion_new"), lambda side: [side.door.compound.code]),
    **dict.fromkeys(
        ("residents:opinion", "residents:opinion_assign", "residents:opinion_reply", "residents:opinion_join",
         "residents:opinion_reopen", "residents:opinion_close", "residents:opinion_erase"),
        lambda side: [side.opinion.pk],
    ),
    "residents:opinion_photo": lambda side: [side.opinion.pk, side.opinion.photos.get().pk],
    "residents:said": lambda side: [1],
    # Letters and representatives
    **dict.fromkeys(
        ("residents:letters", "residents:representatives", "residents:representative_choose"),
        lambda side: [side.visits.compound.code],
    ),
    "residents:letters_print": lambda side: [side.letter_print.pk],
    **dict.fromkeys(
        ("residents:letter_one", "residents:letter_lost", "residents:letter_revoke"), lambda side: [side.lettered.pk],
    ),
    **dict.fromkeys(
        ("residents:representative_replace", "residents:representative_end", "residents:representative_letter",
         "residents:representative_revoke"),
        lambda side: [side.representative.pk],
    ),
    # Meetings
    **dict.fromkeys(
        ("residents:meetings_of_compound", "residents:meeting_announce"), lambda side: [side.door.compound.code]
    ),
    **dict.fromkeys(
        ("residents:meeting", "residents:meeting_edit", "residents:meeting_attendance", "residents:meeting_hold",
         "residents:meeting_cancel", "residents:meeting_add_paper", "residents:meeting_notice",
         "residents:meeting_sheet"),
        lambda side: [side.meeting.pk],
    ),
    "residents:meeting_paper": lambda side: [side.meeting.pk, side.meeting.papers.get().pk],
}  # fmt: skip


# Addresses whose argument is no record of a division: there is no twin elsewhere.
EVERYWHERE = {
    "imports:upload",
    "imports:template",
    "compounds:rule_version",
    "projects:catalogue_item",
    "projects:catalogue_publish",
    "projects:catalogue_withdraw",
    "residents:enter",
    "residents:choose",
    "residents:item",
    "residents:check",
    "residents:receipt",
    "residents:result",
    "residents:picture",
    "residents:said",
}
