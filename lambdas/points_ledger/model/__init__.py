"""The ledger, pure: accounts are what their lines add up to, and every line is a posting whose entries add up to zero.

`lots` says when points expire, `postings` what a line is, `account` what lines add up to, `booking` what is booked
and what is refused, `diff` the fields in which two records differ, `due` what time does by itself, `verification`
whether books are in order, `totals` what several accounts add up to.
"""
