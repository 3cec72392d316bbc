"""How good vectors are: questions from files, and the scores of vectors on them.

question_files   which files hold questions, and how they are read
questions        word pairs and analogies
sessions         sessions, whose last item is to be guessed
evaluate         scores on pairs and analogies
next_item        scores on sessions; held_out: ranks of what is to be guessed

Loads nothing: some of it is needed before anything slow.
"""
