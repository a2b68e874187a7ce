"""The page of one sale, and everything one does there."""
