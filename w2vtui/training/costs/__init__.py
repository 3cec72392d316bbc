"""Costs: what a run takes, predicted before it starts and while it trains; knows no engine.

terms.py         what a center word costs, term by term: the one source of all costs
text_shape.py    how many contexts and targets a center meets in a text
cost_model.py    what a change of settings costs a run, from its own past
estimate.py      memory and time of a run before it starts
memory_check.py  refuses a run that would not fit, and says what would
"""
