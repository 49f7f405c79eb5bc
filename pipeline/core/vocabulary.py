"""The closed lists of code names that tables and stages share, in their order."""

from __future__ import annotations

STATUSES = ("done", "basically_done", "in_progress", "not_done")
SEVERITIES = ("error", "warning", "info")
