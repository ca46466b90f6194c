"""The words of the trade: types, ids, errors and progress. Standard library and pydantic only."""
