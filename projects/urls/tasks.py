from django.urls import URLPattern, path

from projects.views import task, task_give, task_list

urlpatterns: list[URLPattern] = [
    path("", task_list.task_list, name="tasks"),
    path("mine/", task_list.my_tasks, name="my_tasks"),
    path("give/", task_give.task_give, name="task_give"),
    path("hands/", task_give.task_hands, name="task_hands"),
    path("totals/", task_list.task_totals, name="task_totals"),
    path("bulk/hand-over/", task_list.tasks_hand_over, name="tasks_hand_over"),
    path("of/<project:code>/", task.of_project, name="project_tasks"),
    path("of-compound/<project:code>/", task.of_compound, name="compound_tasks"),
    path("<int:pk>/", task.task, name="task"),
    path("<int:pk>/pass/", task.task_pass, name="task_pass"),
    path("<int:pk>/report/", task.task_report, name="task_report"),
    path("<int:pk>/comment/", task.task_comment, name="task_comment"),
    path("<int:pk>/due/", task.task_due, name="task_due"),
    path("<int:pk>/return/", task.task_return, name="task_return"),
    path("<int:pk>/close/", task.task_close, name="task_close"),
    path("<int:pk>/cancel/", task.task_cancel, name="task_cancel"),
    path("<int:pk>/evidence/", task.task_evidence, name="task_evidence"),
    path("<int:pk>/evidence/<int:evidence>/", task.task_evidence_photo, name="task_evidence_photo"),
    path("<int:pk>/evidence/<int:evidence>/remove/", task.task_evidence_remove, name="task_evidence_remove"),
    path("<int:pk>/files/<int:file>/", task.task_file, name="task_file"),
    path("<int:pk>/files/<int:file>/preview/", task.task_file_preview, name="task_file_preview"),
]
