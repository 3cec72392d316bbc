"""Which of two runs is better, and how sure that is.

verdict      by each yardstick                  judgments   the same in words
yardsticks   answers of both to the same questions          probing     those of the probe
same_cost    the probe after the same tokens, or seconds
paired       how sure the mean of paired differences is
"""
