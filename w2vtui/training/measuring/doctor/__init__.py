"""Remarks on what is wrong or surprising in a run.

doctor         asks the rules         doctor_case   what they look at
doctor_rules   the rules              worth         those for vectors that hold nothing
"""
