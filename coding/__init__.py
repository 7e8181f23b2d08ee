"""Code focus-group transcripts with suggestions that learn from every correction."""
