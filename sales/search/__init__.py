"""The one search for everything: the query, the records that may fit it, the hits of the answer."""
