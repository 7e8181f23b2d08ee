"""The review page: read what was said, and decide on every suggestion."""

from __future__ import annotations

from coding.ui.review.screen import show

show()
