"""A few kills of the whole server; tests/analytics/kill_test.cpp has 25 rounds of counting alone, `./dev soak kill` as many as you like."""
from kill_drill import drill

drill(5)
