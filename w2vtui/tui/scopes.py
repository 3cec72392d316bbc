"""Each screen with the widgets that can have the focus on it: where keys must not collide."""

from __future__ import annotations

from w2vtui.tui.app_base import BaseApp
from w2vtui.tui.compare_screen.panels.compared import ComparedPane
from w2vtui.tui.compare_screen.panels.curves import CurvesPane
from w2vtui.tui.compare_screen.panels.moved import MovedPane
from w2vtui.tui.compare_screen.screen import CompareScreen
from w2vtui.tui.dialogs.more_epochs import MoreEpochs
from w2vtui.tui.dialogs.save_dialog import SaveDialog
from w2vtui.tui.explore_screen.analogy_dialog import AnalogyDialog
from w2vtui.tui.explore_screen.map.axes_dialog import AxesDialog
from w2vtui.tui.explore_screen.map.moving import WindowPane
from w2vtui.tui.explore_screen.panels.analogies import AnalogiesPane
from w2vtui.tui.explore_screen.panels.clusters import ClustersPane
from w2vtui.tui.explore_screen.panels.map import MapPane
from w2vtui.tui.explore_screen.panels.neighbors import NeighborsPane
from w2vtui.tui.explore_screen.panels.timeline import TimelinePane
from w2vtui.tui.explore_screen.panels.why import WhyPane
from w2vtui.tui.explore_screen.panels.word_card import WordCardPane
from w2vtui.tui.explore_screen.screen import ExploreScreen
from w2vtui.tui.first_screen.file_picker import FilePicker, TextTree
from w2vtui.tui.first_screen.path_input import PathInput
from w2vtui.tui.first_screen.preset_list import PresetList
from w2vtui.tui.first_screen.questions_dialog import QuestionsDialog, QuestionsInput
from w2vtui.tui.first_screen.screen import NewRunScreen
from w2vtui.tui.first_screen.text_panels import WordsPanel
from w2vtui.tui.help.screen import Help
from w2vtui.tui.keys import Scope
from w2vtui.tui.method_screen.exact.pane import ExactPane
from w2vtui.tui.method_screen.lesson.pane import LessonPane
from w2vtui.tui.method_screen.microscope.pane import MicroscopePane
from w2vtui.tui.method_screen.noise.pane import NoisePane
from w2vtui.tui.method_screen.screen import MethodScreen
from w2vtui.tui.method_screen.tree.pane import TreePane
from w2vtui.tui.saved_runs.line_dialog import LineDialog
from w2vtui.tui.saved_runs.run_branches import BranchedRuns
from w2vtui.tui.saved_runs.run_labels import LabeledRuns
from w2vtui.tui.saved_runs.run_list import RunList
from w2vtui.tui.saved_runs.run_queries import RunQueries
from w2vtui.tui.saved_runs.run_table import RunTable
from w2vtui.tui.sweep_screen.screen import SweepScreen
from w2vtui.tui.train_screen.panels.events import EventsPanel
from w2vtui.tui.train_screen.panels.prompt import Prompt
from w2vtui.tui.train_screen.screen import TrainScreen
from w2vtui.tui.train_screen.watch_dialog import WatchDialog
from w2vtui.tui.widgets.query_field import QueryField
from w2vtui.tui.widgets.rows import Rows
from w2vtui.tui.widgets.setting_rows import SettingRows

SCOPES = (
    Scope(
        "the first screen", (BaseApp, NewRunScreen, PathInput, PresetList, SettingRows, WordsPanel)
    ),
    Scope("the list of runs", (BaseApp, RunTable, LabeledRuns, BranchedRuns, RunList, Rows)),
    Scope("a name or a note", (BaseApp, LineDialog)),
    Scope("what to score the vectors on", (BaseApp, QuestionsDialog, QuestionsInput)),
    Scope("the file picker", (BaseApp, FilePicker, TextTree)),
    Scope("the train screen", (BaseApp, TrainScreen, SettingRows, EventsPanel)),
    Scope("the map", (BaseApp, ExploreScreen, MapPane, WindowPane)),
    Scope("the axes of the map", (BaseApp, AxesDialog)),
    Scope("the explore screen", (BaseApp, ExploreScreen, NeighborsPane)),
    Scope("why two words are near", (BaseApp, ExploreScreen, WhyPane)),
    Scope("the timeline", (BaseApp, ExploreScreen, TimelinePane)),
    Scope("the word card", (BaseApp, ExploreScreen, WordCardPane)),
    Scope("the analogies", (BaseApp, ExploreScreen, AnalogiesPane)),
    Scope("the analogy to add", (BaseApp, AnalogyDialog)),
    Scope("the clusters", (BaseApp, ExploreScreen, ClustersPane)),
    Scope("the command line", (BaseApp, Prompt)),
    Scope("the query", (BaseApp, QueryField)),
    Scope("the save dialog", (BaseApp, SaveDialog)),
    Scope("the list of watch words", (BaseApp, WatchDialog)),
    Scope("the help", (BaseApp, Help)),
    Scope("queries to a saved run", (BaseApp, RunQueries, QueryField)),
    Scope("the noise tab", (BaseApp, MethodScreen, NoisePane)),
    Scope("the microscope tab", (BaseApp, MethodScreen, MicroscopePane)),
    Scope("the lesson tab", (BaseApp, MethodScreen, LessonPane)),
    Scope("the tree tab", (BaseApp, MethodScreen, TreePane)),
    Scope("the exact tab", (BaseApp, MethodScreen, ExactPane)),
    Scope("the runs that are compared", (BaseApp, CompareScreen, ComparedPane)),
    Scope("the curves that are compared", (BaseApp, CompareScreen, CurvesPane)),
    Scope("the words that differ", (BaseApp, CompareScreen, MovedPane)),
    Scope("the trials of a sweep", (BaseApp, SweepScreen, Rows)),
    Scope("the number of epochs", (BaseApp, MoreEpochs)),
)
