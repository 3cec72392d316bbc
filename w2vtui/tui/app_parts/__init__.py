"""The parts of the app, each on the one before it, on top of what screens ask of the app.

stacked_screens   shows, keeps and forgets screens
exploring_places  from one explore screen to the next
places            to the screens of the number keys
leaving           quits, and asks before a run or a sweep is left
starting          puts a run on the train screen: a new one, a saved one, one of another process
"""
