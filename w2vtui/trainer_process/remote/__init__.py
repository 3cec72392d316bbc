"""In a process that watches: what the screens use in place of a `Run`.

remote_run       the run, steered from here     watched_from_afar  the looks at it
remote_look      as it was at the last look     remote_vectors     its words, vectors and text
remote_steps     single steps on copies         remote_history     its past moments
remote_recorder  what is known of its folder
"""
