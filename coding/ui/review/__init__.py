"""The review screen: the transcript, its codings and suggestions, and hands on the keyboard."""
