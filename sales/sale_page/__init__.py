"""The page of one sale, and everything that is done there."""
