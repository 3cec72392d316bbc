"""The Lesson tab: the chapter in eight pages."""

from __future__ import annotations

from w2vtui.tui.method_screen.pane import MethodPane


class LessonPane(MethodPane):
    """The lesson."""

    NAME = "lesson"
    TITLE = "Lesson"
    ABOUT = "Eight short pages through the chapter, each with one thing to try."
