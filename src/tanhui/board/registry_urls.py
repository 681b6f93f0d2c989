"""The public registers' routes under /registry/."""

from __future__ import annotations

from django.urls import path

from tanhui.board import registry, registry_files, registry_projects

app_name = "registry"
urlpatterns = [
    path("", registry.index, name="index"),
    path("find", registry.find, name="find"),
    path("projects/", registry_projects.index, name="projects"),
    path("projects/<str:code>/", registry_projects.project, name="project"),
    path("credits/", registry.credits, name="credits"),
    path("credits/<str:number>/", registry.kilogram, name="kilogram"),
    path("issuances/<uuid:event_id>/", registry.issuance, name="issuance"),
    path("retirements/", registry.retirements, name="retirements"),
    path("downloads/", registry_files.page, name="downloads"),
    path("downloads/dictionary.json", registry_files.dictionary, name="dictionary"),
    path("downloads/<str:table>.<str:kind>", registry_files.download, name="file"),
]
