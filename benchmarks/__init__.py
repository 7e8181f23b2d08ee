"""What the tool costs, beside what people would use instead; run each with ``python -m benchmarks.NAME``."""
