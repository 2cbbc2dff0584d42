"""The number of systems, step by step, from the atlas and the events, and its charts."""
