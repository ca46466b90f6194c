"""What must hold before a picture leaves: rules, gates, people's judgements, failures, trust."""
