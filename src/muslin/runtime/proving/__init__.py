"""What is on file about a look, gathered for gates, reviewers and proposals."""
