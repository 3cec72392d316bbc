"""What everything is drawn with; no widget and no screen is here.

glyphs   braille, blocks or ASCII      inks     colors that mean something
numbers  in constant width             themes   readable colors, beside Textual's
"""
