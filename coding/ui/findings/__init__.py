"""Parts of the page Findings: what is counted, one view a table, and what is behind a number."""
