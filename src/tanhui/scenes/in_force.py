"""The library that is in force here: what lies on disk, and what the city has published since."""

from __future__ import annotations

from tanhui.rulebook.shelf import current_root
from tanhui.scenes.library import SceneLibrary, city_library


def library_in_force() -> SceneLibrary:
    """The scenes, tariffs, limits and methodologies of the content folder that is in force now.

    Every page and every settlement asks here, so a rule published a moment ago is known to all
    running programs. Asking costs one small statement at most; each folder is read once.
    """
    return city_library(current_root())
