"""Refusals of domain functions that no form can correct; the middleware `domain_refusals` turns them into HTTP."""


class Missing(Exception):
    """There is no such record, or none that this user may see: 404."""


class Forbidden(Exception):
    """This user may see the record, but not do this with it: 403."""
