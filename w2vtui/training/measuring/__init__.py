"""What is measured while a run trains; each measurement has a budget, a share of one core.

observer.py       the thread that takes the measurements of vectors that are shown
lookouts.py       at which tokens the conditions of breakpoints are looked at
gauges.py         what is measured there, while no worker trains
budget.py         when a measurement is next due, and on how many threads it may run
counters.py       training time, loss and speed, read off the workers
probe.py          the probe loss, on held-out text
neighbors.py      nearest words of watched queries and of breakpoints, and how they moved
churn.py          how many nearest neighbors still change
quality.py        answers to questions: question_sets.py  what their files hold
                  known_questions.py  word pairs, analogies and sessions as rows of vectors
moment_taker.py   takes the moments of the run's history
norms.py          lengths of vectors and saturated scores
doctor/           remarks on what is wrong or surprising
"""
