"""Daily figures ahead: their forecast with intervals, the running day and month, budgets, and what-if."""
