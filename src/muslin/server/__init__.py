"""The studio over HTTP: pages for people, JSON for programs, the same verbs for both."""
