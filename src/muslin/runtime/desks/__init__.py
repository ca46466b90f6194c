"""The studio's verbs, one desk for each room that they belong to."""
