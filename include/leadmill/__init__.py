"""Leadmill: purchased lists and CRM exports in, qualified leads out, each with the reason.

A row flows through eight rooms, top to bottom: sources, validate, standardise, match, enrich, qualify, push, report.
Rooms do not know each other; `pipeline` is the one place that knows the order. Read it first.
"""
